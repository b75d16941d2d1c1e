package io.sluice.netlink.linux;

import static io.sluice.netlink.linux.NetlinkConstants.*;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is kept of tables that are too large. */
class RouteSieveTest {

    private static final int MANY = 3;

    private final RouteSieve sieve = new RouteSieve(RT_TABLE_MAIN, MANY);

    private static NetlinkMessage route(int length, long table, int protocol, int flags) {
        MessageWriter writer = Route.header(RTM_NEWROUTE, 0, AF_INET6, length, table)
                .u8(protocol)
                .u8(RT_SCOPE_UNIVERSE)
                .u8(RTN_UNICAST)
                .u32(flags);
        try {
            return NetlinkMessage.split(writer.finish(1)).getFirst();
        } catch (NetlinkException e) {
            throw new AssertionError(e);
        }
    }

    private long kept(int times, NetlinkMessage route) {
        return IntStream.range(0, times).filter(_ -> sieve.keeps(route)).count();
    }

    @Test
    void asManyAsAsked_isAll() {
        sieve.begin();
        assertThat(kept(MANY, route(64, RT_TABLE_MAIN, RTPROT_STATIC, 0))).isEqualTo(MANY);
        assertThat(sieve.overflowed()).isFalse();
        assertThat(kept(1, route(64, RT_TABLE_MAIN, RTPROT_STATIC, 0))).isZero();
        assertThat(sieve.overflowed()).isTrue();
        sieve.begin();
        assertThat(sieve.overflowed()).isFalse();
    }

    /** A kernel before 4.20 tells every table, and the cache. */
    @Test
    void otherTablesAndTheCache_doNotCount() {
        sieve.begin();
        assertThat(kept(9, route(64, 77, RTPROT_STATIC, 0))).isZero();
        assertThat(kept(9, route(128, RT_TABLE_MAIN, RTPROT_STATIC, RTM_F_CLONED)))
                .isZero();
        assertThat(kept(MANY, route(64, RT_TABLE_MAIN, RTPROT_STATIC, 0))).isEqualTo(MANY);
        assertThat(sieve.overflowed()).isFalse();
    }

    @Test
    void defaultRouteAfterAllOthers_isKept() {
        sieve.begin();
        assertThat(kept(99, route(64, RT_TABLE_MAIN, RTPROT_KERNEL, 0))).isEqualTo(2 * MANY);
        assertThat(kept(99, route(0, RT_TABLE_MAIN, RTPROT_STATIC, 0))).isEqualTo(MANY);
        assertThat(sieve.overflowed()).isTrue();
    }

    @Test
    void tableAbove255_isKnownByItsAttributeAlone() {
        RouteSieve large = new RouteSieve(2022, MANY);
        NetlinkMessage compat = route(64, RT_TABLE_COMPAT, RTPROT_STATIC, 0);
        assertThat(large.keeps(compat)).isTrue();
        assertThat(large.keeps(route(64, RT_TABLE_MAIN, RTPROT_STATIC, 0))).isFalse();
    }
}
