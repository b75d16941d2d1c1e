package io.sluice.netlink.linux;

import static io.sluice.netlink.linux.NetlinkConstants.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.api.net.IpPrefix;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the kernel sent, read back; and every way of cutting it off refused. */
class ReplyParsingTest {

    static Stream<String> recorded() {
        return Golden.messages()
                .filter(message -> !message.get("direction").asText().equals("request"))
                .map(message -> message.get("name").asText().substring("linux_".length()));
    }

    /** Whatever the type, read by the reader that would get it. */
    private static Object read(NetlinkMessage message) throws NetlinkException {
        return switch (message.type()) {
            case RTM_NEWLINK, 17 -> Link.read(message);
            case RTM_NEWADDR, RTM_DELADDR ->
                InterfaceAddress.read(message).<Object>map(Function.identity()).orElse("no address");
            case RTM_NEWROUTE, RTM_DELROUTE -> Route.read(message).orElseThrow();
            case RTM_NEWRULE, RTM_DELRULE -> Rule.read(message);
            case NLMSG_ERROR -> {
                Acknowledgement.check(message, "test");
                yield "ack";
            }
            case NLMSG_DONE -> "done";
            default -> throw new AssertionError("no reader for type " + message.type());
        };
    }

    private static NetlinkMessage single(String name) throws NetlinkException {
        List<NetlinkMessage> messages = NetlinkMessage.split(Golden.buffer(Golden.message(name)));
        assertThat(messages).hasSize(1);
        return messages.getFirst();
    }

    private static Optional<byte[]> attribute(JsonNode decoded, int type) {
        for (JsonNode attribute : decoded.get("attrs")) {
            if ((attribute.get("type").asInt() & 0x3fff) == type) {
                return Optional.of(HexFormat.of().parseHex(attribute.get("data").asText()));
            }
        }
        return Optional.empty();
    }

    private static long number(JsonNode decoded, int type, long absent) {
        return attribute(decoded, type)
                .map(data -> Integer.toUnsignedLong(
                        ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).getInt()))
                .orElse(absent);
    }

    private static Optional<InetAddress> address(JsonNode decoded, int type) {
        return attribute(decoded, type).map(data -> {
            try {
                return InetAddress.getByAddress(data);
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException(e);
            }
        });
    }

    private static Optional<String> text(JsonNode decoded, int type) {
        return attribute(decoded, type).map(data -> new String(Arrays.copyOf(data, data.length - 1)));
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void read_recorded_hasTheDecodedFields(String name) throws NetlinkException {
        JsonNode decoded = Golden.message(name).get("decoded");
        NetlinkMessage message = single(name);
        assertThat(message.type()).isEqualTo(decoded.get("nlmsg_type").asInt());
        assertThat(message.flags()).isEqualTo(decoded.get("nlmsg_flags").asInt());
        assertThat(message.sequence()).isEqualTo(decoded.get("nlmsg_seq").asInt());
        if (message.type() == NLMSG_ERROR && decoded.get("error").asInt() != 0) {
            return;
        }
        switch (read(message)) {
            case Route route -> check(route, decoded);
            case Rule rule -> check(rule, decoded);
            case InterfaceAddress address -> check(address, decoded);
            case Link link -> check(link, decoded);
            default -> assertThat(message.type()).isIn(NLMSG_ERROR, NLMSG_DONE);
        }
    }

    private static void check(Route route, JsonNode decoded) {
        JsonNode fixed = decoded.get("rtmsg");
        assertThat(route.destination().length())
                .isEqualTo(fixed.get("rtm_dst_len").asInt());
        assertThat(route.destination().isIpv6())
                .isEqualTo(fixed.get("rtm_family").asInt() == AF_INET6);
        address(decoded, RTA_DST)
                .ifPresent(a -> assertThat(route.destination().address()).isEqualTo(a));
        assertThat(route.table())
                .isEqualTo(number(decoded, RTA_TABLE, fixed.get("rtm_table").asInt()));
        assertThat(route.protocol()).isEqualTo(fixed.get("rtm_protocol").asInt());
        assertThat(route.scope()).isEqualTo(fixed.get("rtm_scope").asInt());
        assertThat(route.type()).isEqualTo(fixed.get("rtm_type").asInt());
        assertThat(Integer.toUnsignedLong(route.flags()))
                .isEqualTo(fixed.get("rtm_flags").asLong());
        assertThat(route.interfaceIndex()).isEqualTo((int) number(decoded, RTA_OIF, 0));
        assertThat(route.gateway()).isEqualTo(address(decoded, RTA_GATEWAY));
        assertThat(route.source()).isEqualTo(address(decoded, RTA_PREFSRC));
        assertThat(route.metric()).isEqualTo((int) number(decoded, RTA_PRIORITY, 0));
        assertThat(route.nextHops().isEmpty())
                .isEqualTo(attribute(decoded, RTA_MULTIPATH).isEmpty());
    }

    private static void check(Rule rule, JsonNode decoded) {
        JsonNode fixed = decoded.get("fib_rule_hdr");
        assertThat(rule.ipv6()).isEqualTo(fixed.get("family").asInt() == AF_INET6);
        assertThat(rule.action()).isEqualTo(fixed.get("action").asInt());
        assertThat(rule.inverted()).isEqualTo((fixed.get("flags").asInt() & FIB_RULE_INVERT) != 0);
        assertThat(rule.table())
                .isEqualTo(number(decoded, FRA_TABLE, fixed.get("table").asInt()));
        assertThat(rule.priority()).isEqualTo(number(decoded, FRA_PRIORITY, 0));
        assertThat(rule.mark()).isEqualTo((int) number(decoded, FRA_FWMARK, 0));
        assertThat(rule.mask()).isEqualTo((int) number(decoded, FRA_FWMASK, 0));
        assertThat(rule.input()).isEqualTo(text(decoded, FRA_IIFNAME));
        assertThat(rule.output()).isEqualTo(text(decoded, FRA_OIFNAME));
        assertThat(rule.source().map(p -> p.length()).orElse(0))
                .isEqualTo(fixed.get("src_len").asInt());
        assertThat(rule.destination().map(p -> p.length()).orElse(0))
                .isEqualTo(fixed.get("dst_len").asInt());
        assertThat(rule.protocol())
                .isEqualTo(attribute(decoded, FRA_PROTOCOL)
                        .map(data -> (int) data[0])
                        .orElse(0));
    }

    private static void check(InterfaceAddress address, JsonNode decoded) {
        JsonNode fixed = decoded.get("ifaddrmsg");
        assertThat(address.index()).isEqualTo(fixed.get("ifa_index").asInt());
        assertThat(address.local().length())
                .isEqualTo(fixed.get("ifa_prefixlen").asInt());
        assertThat(address.scope()).isEqualTo(fixed.get("ifa_scope").asInt());
        assertThat(address.peer()).isEqualTo(address(decoded, IFA_ADDRESS).orElseThrow());
        assertThat(address.local().address())
                .isEqualTo(address(decoded, IFA_LOCAL).orElse(address.peer()));
        assertThat(address.flags()).isEqualTo((int)
                number(decoded, IFA_FLAGS, fixed.get("ifa_flags").asInt()));
    }

    private static void check(Link link, JsonNode decoded) {
        JsonNode fixed = decoded.get("ifinfomsg");
        assertThat(link.index()).isEqualTo(fixed.get("ifi_index").asInt());
        assertThat(Integer.toUnsignedLong(link.flags()))
                .isEqualTo(fixed.get("ifi_flags").asLong());
        assertThat(link.name()).isEqualTo(text(decoded, IFLA_IFNAME).orElseThrow());
        assertThat(link.mtu()).isEqualTo((int) number(decoded, IFLA_MTU, 0));
        assertThat(link.transmitQueueLength()).isEqualTo((int) number(decoded, IFLA_TXQLEN, 0));
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void read_truncated_isRefusedOrStops(String name) throws NetlinkException {
        byte[] whole = Golden.bytes(Golden.message(name));
        for (int length = 1; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> NetlinkMessage.split(ByteBuffer.wrap(cut)))
                    .as("%d of %d octets", length, whole.length)
                    .isInstanceOf(NetlinkException.class);
            if (length >= NetlinkMessage.HEADER) {
                stops(cut);
            }
        }
    }

    /** With a length field that admits the cut, reading ends in a value or a refusal and in nothing else. */
    private static void stops(byte[] cut) throws NetlinkException {
        ByteBuffer.wrap(cut).order(ByteOrder.LITTLE_ENDIAN).putInt(0, cut.length);
        for (NetlinkMessage message : NetlinkMessage.split(ByteBuffer.wrap(cut))) {
            try {
                read(message);
            } catch (NetlinkException e) {
                assertThat(e).hasMessageMatching("(?s)(malformed netlink answer|test): .+");
            } catch (RuntimeException e) {
                fail("%d octets: %s", cut.length, e);
            }
        }
    }

    @Test
    void refuse_badGateway_hasTheKernelsWords() throws NetlinkException {
        NetlinkMessage message = single("err_route_bad_gateway_reply0");
        assertThatThrownBy(() -> Acknowledgement.check(message, "add route"))
                .isInstanceOfSatisfying(NetlinkException.class, e -> {
                    assertThat(e.errno()).isEqualTo(Errno.ENETUNREACH);
                    assertThat(e.getMessage())
                            .isEqualTo("add route: ENETUNREACH (network unreachable): \"Nexthop has invalid gateway\"");
                });
    }

    @Test
    void refuse_missingRoute_hasTheErrorsName() throws NetlinkException {
        NetlinkMessage message = single("err_route_del_missing_reply0");
        assertThatThrownBy(() -> Acknowledgement.check(message, "delete route"))
                .hasMessage("delete route: ESRCH (no such entry)");
    }

    @Test
    void refuse_acknowledgement_isNone() throws NetlinkException {
        Acknowledgement.check(single("route_add_v4_dev_table_reply0"), "add route");
    }

    private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 0, 0, 0, 0};

    private static NetlinkMessage made(MessageWriter writer) throws NetlinkException {
        return NetlinkMessage.split(writer.finish(1)).getFirst();
    }

    /** A router's advertisement of the prefix ::ffff:0:0/96 makes the kernel add such a route. */
    @Test
    void read_routeToMappedAddresses_isLeftOut() throws NetlinkException {
        MessageWriter writer = Route.header(RTM_NEWROUTE, 0, AF_INET6, 96, RT_TABLE_MAIN)
                .u8(RTPROT_KERNEL)
                .u8(RT_SCOPE_UNIVERSE)
                .u8(RTN_UNICAST)
                .u32(0)
                .attribute(RTA_DST, MAPPED)
                .attributeU32(RTA_OIF, 2);
        assertThat(Route.read(made(writer))).isEmpty();
    }

    @Test
    void read_mappedGatewayAndSource_staysOfIpv6() throws NetlinkException {
        MessageWriter writer = Route.header(RTM_NEWROUTE, 0, AF_INET6, 0, RT_TABLE_MAIN)
                .u8(RTPROT_STATIC)
                .u8(RT_SCOPE_UNIVERSE)
                .u8(RTN_UNICAST)
                .u32(0)
                .attribute(RTA_GATEWAY, MAPPED)
                .attribute(RTA_PREFSRC, MAPPED);
        Route route = Route.read(made(writer)).orElseThrow();
        assertThat(route.gateway()).containsInstanceOf(Inet6Address.class);
        assertThat(route.source()).containsInstanceOf(Inet6Address.class);
    }

    @Test
    void read_mappedAddressOrOfAnotherFamily_isLeftOut() throws NetlinkException {
        MessageWriter mapped = InterfaceAddress.header(RTM_NEWADDR, 0, AF_INET6, 128, 0, RT_SCOPE_UNIVERSE, 2)
                .attribute(IFA_ADDRESS, MAPPED);
        assertThat(InterfaceAddress.read(made(mapped))).isEmpty();
        int mctp = 45; // AF_MCTP, linux/socket.h: its addresses have one octet
        MessageWriter strange = InterfaceAddress.header(RTM_NEWADDR, 0, mctp, 0, 0, RT_SCOPE_UNIVERSE, 2)
                .attribute(IFA_LOCAL, new byte[] {8});
        assertThat(InterfaceAddress.read(made(strange))).isEmpty();
    }

    /** {@code ip address add 10.0.0.1 peer 0.0.0.0}: the kernel leaves the peer out. */
    @Test
    void read_addressWithoutPeer_isItsOwn() throws NetlinkException {
        MessageWriter alone = InterfaceAddress.header(RTM_NEWADDR, 0, AF_INET, 32, 0, RT_SCOPE_UNIVERSE, 2)
                .attribute(IFA_LOCAL, new byte[] {10, 0, 0, 1});
        InterfaceAddress address = InterfaceAddress.read(made(alone)).orElseThrow();
        assertThat(address.local()).isEqualTo(IpPrefix.parse("10.0.0.1"));
        assertThat(address.peer()).isEqualTo(InetAddress.ofLiteral("10.0.0.1"));
        MessageWriter none = InterfaceAddress.header(RTM_NEWADDR, 0, AF_INET, 32, 0, RT_SCOPE_UNIVERSE, 2);
        assertThat(InterfaceAddress.read(made(none))).isEmpty();
    }

    private static final String ROUTE = "route_dump_v4_table_reply0";
    private static final String RULE = "rule_dump_v4_reply0";

    private static List<NetlinkMessage> around(NetlinkMessage strange, String recorded) throws NetlinkException {
        return List.of(single(recorded), strange, single(recorded));
    }

    @Test
    void readEach_oddMessage_costsItselfAlone() throws NetlinkException {
        MessageWriter length33 = Route.header(RTM_NEWROUTE, 0, AF_INET, 33, RT_TABLE_MAIN)
                .u8(RTPROT_STATIC)
                .u8(RT_SCOPE_UNIVERSE)
                .u8(RTN_UNICAST)
                .u32(0)
                .attribute(RTA_DST, new byte[] {10, 0, 0, 0});
        List<Route> routes = new ArrayList<>();
        List<NetlinkMessage> ordinary = List.of(single(ROUTE), single(ROUTE));
        assertThat(Rtnetlink.readEach(around(made(length33), ROUTE), Route::read, routes))
                .isFalse();
        assertThat(routes).hasSize(2);
        assertThat(Rtnetlink.readEach(ordinary, Route::read, routes)).isTrue();
    }

    /** A rule decides about all packets: one that is not understood must not be lost. */
    @Test
    void rules_oddOne_mayDoAnything() throws NetlinkException {
        MessageWriter writer = Rule.header(RTM_NEWRULE, 0, false)
                .u8(0)
                .u8(8)
                .u8(0)
                .u8(77)
                .u16(0)
                .u8(FR_ACT_TO_TBL)
                .u32(0)
                .attribute(FRA_SRC, new byte[] {10});
        List<Rule> rules = Rtnetlink.rules(around(made(writer), RULE), false);
        assertThat(rules).hasSize(3);
        assertThat(rules.get(1)).isEqualTo(Rule.unknown(false));
        assertThat(rules.get(1).further()).isTrue();
    }

    /** "Not to mapped addresses" is to everywhere: such a rule must not be lost, nor look as if it had no condition. */
    @Test
    void read_ruleOfMappedAddresses_isKept() throws NetlinkException {
        MessageWriter writer = Rule.header(RTM_NEWRULE, 0, true)
                .u8(96)
                .u8(0)
                .u8(0)
                .u8(77)
                .u16(0)
                .u8(FR_ACT_TO_TBL)
                .u32(FIB_RULE_INVERT)
                .attribute(FRA_DST, MAPPED);
        Rule rule = Rule.read(made(writer));
        assertThat(rule.inverted()).isTrue();
        assertThat(rule.destination()).hasValueSatisfying(prefix -> {
            assertThat(prefix.contains(InetAddress.ofLiteral("2001:db8::1"))).isFalse();
            assertThat(prefix.contains(InetAddress.ofLiteral("::"))).isFalse();
        });
    }
}
