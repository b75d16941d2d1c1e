package io.sluice.netlink.linux;

import static io.sluice.netlink.linux.NetlinkConstants.*;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.api.net.IpPrefix;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The same request as iproute2 sends for the same wish. */
class RequestEncodingTest {

    private static final int ADD = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
    private static final int CHANGE = NLM_F_REQUEST | NLM_F_ACK;
    private static final int DUMP = NLM_F_REQUEST | NLM_F_ROOT | NLM_F_MATCH;
    private static final Rule NONE = new Rule(
            false,
            0,
            FR_ACT_TO_TBL,
            100,
            false,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            0,
            Rule.WHOLE_MARK,
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            0,
            false);

    private static InetAddress ip(String text) {
        return InetAddress.ofLiteral(text);
    }

    private static Route route(String prefix, long table, int protocol, int scope, int type) {
        return Route.to(IpPrefix.parse(prefix), table, protocol, scope, type);
    }

    private static Rule fwmark(boolean ipv6, int action, long table, int mark, int mask, long priority, boolean not) {
        return new Rule(
                ipv6,
                priority,
                action,
                table,
                not,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                mark,
                mask,
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                0,
                false);
    }

    private static Rule matching(long priority, String from, String to, String in, String out, int proto, int port) {
        return new Rule(
                NONE.ipv6(),
                priority,
                NONE.action(),
                NONE.table(),
                false,
                Optional.ofNullable(from).map(IpPrefix::parse),
                Optional.ofNullable(to).map(IpPrefix::parse),
                Optional.ofNullable(in),
                Optional.ofNullable(out),
                0,
                Rule.WHOLE_MARK,
                OptionalInt.empty(),
                proto == 0 ? OptionalInt.empty() : OptionalInt.of(proto),
                port == 0 ? OptionalInt.empty() : OptionalInt.of(port),
                0,
                false);
    }

    static Stream<Arguments> routes() {
        Route viaLo = route("203.0.113.7/32", 254, RTPROT_STATIC, 0, RTN_UNICAST);
        return Stream.of(
                row(
                        "route_add_v4_dev_table",
                        12,
                        route("10.9.0.0/24", 100, RTPROT_BOOT, RT_SCOPE_LINK, RTN_UNICAST)
                                .by(1)
                                .write(RTM_NEWROUTE, ADD)),
                row(
                        "route_add_v4_via_metric",
                        12,
                        route("10.10.0.0/16", 254, RTPROT_BOOT, 0, RTN_UNICAST)
                                .via(ip("192.0.2.1"))
                                .by(1)
                                .metric(50)
                                .write(RTM_NEWROUTE, ADD)),
                row(
                        "route_add_v4_default_table_big",
                        12,
                        route("0.0.0.0/0", 51_820, RTPROT_BOOT, RT_SCOPE_LINK, RTN_UNICAST)
                                .by(1)
                                .write(RTM_NEWROUTE, ADD)),
                row(
                        "route_add_v4_host_src",
                        12,
                        viaLo.via(ip("192.0.2.1")).by(1).from(ip("192.0.2.2")).write(RTM_NEWROUTE, ADD)),
                row(
                        "route_add_v4_blackhole",
                        12,
                        route("198.51.100.0/24", 100, RTPROT_BOOT, 0, RTN_BLACKHOLE)
                                .write(RTM_NEWROUTE, ADD)),
                row(
                        "route_replace_v4",
                        12,
                        route("10.9.0.0/24", 100, RTPROT_BOOT, RT_SCOPE_LINK, RTN_UNICAST)
                                .by(1)
                                .metric(5)
                                .write(RTM_NEWROUTE, CHANGE | NLM_F_CREATE | NLM_F_REPLACE)),
                row(
                        "route_add_v4_multipath",
                        12,
                        route("10.12.0.0/24", 254, RTPROT_BOOT, 0, RTN_UNICAST)
                                .over(List.of(
                                        new NextHop(1, Optional.of(ip("192.0.2.1")), 1),
                                        new NextHop(1, Optional.of(ip("192.0.2.3")), 3)))
                                .write(RTM_NEWROUTE, ADD)),
                row(
                        "route_add_v6_dev",
                        12,
                        route("2001:db8:1::/48", 100, RTPROT_BOOT, 0, RTN_UNICAST)
                                .by(1)
                                .write(RTM_NEWROUTE, ADD)),
                row(
                        "route_add_v6_via",
                        12,
                        route("2001:db8:2::/48", 254, RTPROT_BOOT, 0, RTN_UNICAST)
                                .via(ip("2001:db8::1"))
                                .by(1)
                                .metric(100)
                                .write(RTM_NEWROUTE, ADD)),
                row(
                        "route_del_v4_dev_table",
                        12,
                        route("10.9.0.0/24", 100, 0, RT_SCOPE_NOWHERE, RTN_UNSPEC)
                                .by(1)
                                .metric(5)
                                .write(RTM_DELROUTE, CHANGE)),
                row("route_get_v4", 12, Rtnetlink.routeRequest(ip("192.0.2.77"), 0)),
                row("route_get_v4_mark", 12, Rtnetlink.routeRequest(ip("192.0.2.77"), 1)),
                row("route_dump_v4_table", 12, Rtnetlink.routeDump(false, 0).attributeU32(RTA_TABLE, 100)));
    }

    static Stream<Arguments> rules() {
        return Stream.of(
                row(
                        "rule_add_fwmark",
                        12,
                        fwmark(false, FR_ACT_TO_TBL, 100, 1, Rule.WHOLE_MARK, 0, false)
                                .write(RTM_NEWRULE, ADD)),
                row(
                        "rule_add_fwmark_mask_prio",
                        12,
                        fwmark(false, FR_ACT_TO_TBL, 51_820, 0x100, 0xff00, 1000, false)
                                .write(RTM_NEWRULE, ADD)),
                row(
                        "rule_add_not_fwmark",
                        12,
                        fwmark(false, FR_ACT_TO_TBL, 51_820, 51_820, Rule.WHOLE_MARK, 0, true)
                                .write(RTM_NEWRULE, ADD)),
                row(
                        "rule_add_v6_fwmark",
                        12,
                        fwmark(true, FR_ACT_TO_TBL, 100, 1, Rule.WHOLE_MARK, 0, false)
                                .write(RTM_NEWRULE, ADD)),
                row(
                        "rule_del_fwmark",
                        12,
                        fwmark(false, FR_ACT_UNSPEC, 100, 1, Rule.WHOLE_MARK, 0, false)
                                .write(RTM_DELRULE, CHANGE)),
                row(
                        "rule_add_from_to_iif",
                        12,
                        matching(500, "192.0.2.0/24", "198.51.100.0/24", "lo", null, 0, 0)
                                .write(RTM_NEWRULE, ADD)),
                row(
                        "rule_add_oif",
                        12,
                        matching(601, null, null, null, "lo", 0, 0).write(RTM_NEWRULE, ADD)),
                row(
                        "rule_add_dport",
                        12,
                        matching(602, null, null, null, null, 17, 53).write(RTM_NEWRULE, ADD)),
                row("rule_dump_v4", 12, Rtnetlink.ruleDump(false)));
    }

    static Stream<Arguments> addresses() {
        return Stream.of(
                row(
                        "addr_add_v4",
                        8,
                        InterfaceAddress.of(1, IpPrefix.parse("10.8.0.2/24"), 0).write(RTM_NEWADDR, ADD)),
                row(
                        "addr_add_v6_nodad",
                        8,
                        InterfaceAddress.of(1, IpPrefix.parse("fd00:8::2/64"), IFA_F_NODAD)
                                .write(RTM_NEWADDR, ADD)),
                row(
                        "addr_del_v4",
                        8,
                        InterfaceAddress.of(1, IpPrefix.parse("10.8.0.2/24"), 0).write(RTM_DELADDR, CHANGE)),
                row(
                        "tun_addr_add_v4",
                        8,
                        InterfaceAddress.of(2, IpPrefix.parse("10.77.0.2/24"), 0)
                                .write(RTM_NEWADDR, ADD)),
                row(
                        "tun_addr_add_v4_peer",
                        8,
                        new InterfaceAddress(2, IpPrefix.parse("10.78.0.2/32"), ip("10.78.0.1"), 0, 0)
                                .write(RTM_NEWADDR, ADD)),
                row("addr_dump", 8, InterfaceAddress.header(RTM_GETADDR, DUMP, AF_INET, 0, 0, 0, 1)),
                row("link_set_mtu", 16, Link.header(RTM_NEWLINK, CHANGE, 0, 0, 0)));
    }

    private static Arguments row(String name, int fixed, MessageWriter request) {
        return Arguments.of(name, fixed, request);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"routes", "rules", "addresses"})
    void write_request_isWhatIproute2Sends(String name, int fixed, MessageWriter request) {
        JsonNode recorded = Golden.message(name);
        ByteBuffer mine = request.finish(7);
        byte[] bytes = new byte[mine.remaining()];
        mine.get(bytes);
        assertThat(Golden.shape(bytes, fixed)).isEqualTo(Golden.shape(Golden.bytes(recorded), fixed));
    }
}
