package io.sluice.route.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.net.IpPrefix;
import io.sluice.api.route.RouteSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the kernel would hold, one row a configuration. */
class RoutePlanTest {

    static RouteSet set(List<String> include, List<String> exclude) {
        return new RouteSet(
                "tun0",
                2022,
                9000,
                0x2022,
                include.stream().map(IpPrefix::parse).toList(),
                exclude.stream().map(IpPrefix::parse).toList());
    }

    static Stream<Arguments> configurations() {
        return Stream.of(
                row("nothing", List.of(), List.of(), ""),
                row("everything", List.of("0.0.0.0/0", "::/0"), List.of(), """
                        ip -4 route: default dev tun0 table 2022
                        ip -4 rule: 9000: not from all fwmark 0x2022 lookup main suppress_prefixlength 0
                        ip -4 rule: 9001: not from all fwmark 0x2022 lookup 2022
                        ip -6 route: default dev tun0 table 2022
                        ip -6 rule: 9000: not from all fwmark 0x2022 lookup main suppress_prefixlength 0
                        ip -6 rule: 9001: not from all fwmark 0x2022 lookup 2022
                        """),
                row("everything but two", List.of("0.0.0.0/0"), List.of("10.0.0.0/8", "203.0.113.7"), """
                        ip -4 route: throw 10.0.0.0/8 table 2022
                        ip -4 route: throw 203.0.113.7/32 table 2022
                        ip -4 route: default dev tun0 table 2022
                        ip -4 rule: 9000: not from all fwmark 0x2022 lookup main suppress_prefixlength 0
                        ip -4 rule: 9001: not from all fwmark 0x2022 lookup 2022
                        """),
                row("longest prefix first", List.of("10.0.0.0/8", "198.51.100.0/24", "192.0.2.0/24"), List.of(), """
                        ip -4 route: 10.0.0.0/8 dev tun0 table 2022
                        ip -4 route: 198.51.100.0/24 dev tun0 table 2022
                        ip -4 route: 192.0.2.0/24 dev tun0 table 2022
                        ip -4 rule: 9000: not from all fwmark 0x2022 lookup main suppress_prefixlength 24
                        ip -4 rule: 9001: not from all fwmark 0x2022 lookup 2022 suppress_prefixlength 23
                        ip -4 rule: 9002: not from all fwmark 0x2022 lookup main suppress_prefixlength 8
                        ip -4 rule: 9003: not from all fwmark 0x2022 lookup 2022 suppress_prefixlength 7
                        """),
                row("one host needs no look at the main table", List.of("2001:db8::7"), List.of(), """
                        ip -6 route: 2001:db8:0:0:0:0:0:7/128 dev tun0 table 2022
                        ip -6 rule: 9000: not from all fwmark 0x2022 lookup 2022 suppress_prefixlength 127
                        """),
                row("host bits do not matter", List.of("10.1.2.3/8", "10.0.0.0/8"), List.of(), """
                        ip -4 route: 10.0.0.0/8 dev tun0 table 2022
                        ip -4 rule: 9000: not from all fwmark 0x2022 lookup main suppress_prefixlength 8
                        ip -4 rule: 9001: not from all fwmark 0x2022 lookup 2022 suppress_prefixlength 7
                        """),
                row("excluded wins over included", List.of("10.1.0.0/16", "172.16.0.0/12"), List.of("10.0.0.0/8"), """
                        ip -4 route: throw 10.0.0.0/8 table 2022
                        ip -4 route: 172.16.0.0/12 dev tun0 table 2022
                        ip -4 rule: 9000: not from all fwmark 0x2022 lookup main suppress_prefixlength 12
                        ip -4 rule: 9001: not from all fwmark 0x2022 lookup 2022 suppress_prefixlength 11
                        """),
                row("all excluded leaves nothing", List.of("10.1.0.0/16"), List.of("0.0.0.0/0"), ""));
    }

    private static Arguments row(String name, List<String> include, List<String> exclude, String lines) {
        return Arguments.of(name, set(include, exclude), lines);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("configurations")
    void plan_configuration_isTheseLines(String name, RouteSet set, String lines) throws Exception {
        RecordingRoutes host = new RecordingRoutes();
        new RouteReconciler(host).apply(RoutePlan.of(set, host::supports));
        assertThat(String.join("\n", host.lines())).isEqualTo(lines.strip());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("configurations")
    void plan_hostWithoutIpv6_hasIpv4Only(String name, RouteSet set, String lines) {
        assertThat(RoutePlan.of(set, ipv6 -> !ipv6)).noneMatch(entry -> entry.ipv6());
    }
}
