package io.sluice.netlink.linux;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.Field;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class NetlinkConstantsTest {

    /** Constants that the recorded tables do not hold; a misspelt name would turn up here. */
    private static final Set<String> UNRECORDED = Set.of(
            "NLMSGERR_ATTR_MSG", "RTNLGRP_IPV6_ROUTE", "E2BIG", "EFAULT", "EMFILE", "ENOTTY", "ENOSPC", "ERANGE");

    @Test
    void constants_all_areTheHeaders() throws IllegalAccessException {
        Map<String, Integer> recorded = new TreeMap<>();
        for (JsonNode group : Golden.ROOT.get("constants")) {
            group.get("values")
                    .properties()
                    .forEach(e -> recorded.put(e.getKey(), e.getValue().asInt()));
        }
        Set<String> unrecorded = new TreeSet<>();
        for (Class<?> type : new Class<?>[] {NetlinkConstants.class, Errno.class}) {
            for (Field field : type.getDeclaredFields()) {
                field.setAccessible(true);
                if (recorded.containsKey(field.getName())) {
                    assertThat(field.getInt(null)).as(field.getName()).isEqualTo(recorded.get(field.getName()));
                } else {
                    unrecorded.add(field.getName());
                }
            }
        }
        assertThat(unrecorded).isEqualTo(new TreeSet<>(UNRECORDED));
    }

    @Test
    void structures_fixedParts_haveTheirSizes() {
        assertThat(size("nlmsghdr")).isEqualTo(NetlinkMessage.HEADER);
        assertThat(size("nlattr")).isEqualTo(NetlinkMessage.ATTRIBUTE_HEADER);
        assertThat(size("rtmsg")).isEqualTo(12);
        assertThat(size("ifinfomsg")).isEqualTo(16);
        assertThat(size("ifaddrmsg")).isEqualTo(8);
        assertThat(size("fib_rule_hdr")).isEqualTo(12);
        assertThat(size("rtnexthop")).isEqualTo(8);
        assertThat(size("timeval")).isEqualTo(16);
    }

    private static int size(String struct) {
        return Golden.ROOT.get("structs").get(struct).get("size").asInt();
    }
}
