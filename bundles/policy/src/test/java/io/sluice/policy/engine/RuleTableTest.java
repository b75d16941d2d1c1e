package io.sluice.policy.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.api.policy.Decision;
import io.sluice.api.policy.RuleSnapshot;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleTableTest {

    @ParameterizedTest(name = "{0} / {1} → {2}")
    @CsvSource(
            delimiter = ';',
            value = {
                "ip=10.0.0.0/8; 10.255.255.255:80; yes",
                "ip=10.0.0.0/8; 11.0.0.0:80; no",
                "ip=10.1.2.3; 10.1.2.3:80; yes",
                "ip=0.0.0.0/0; 255.255.255.255:80; yes",
                "ip=0.0.0.0/0; [2001:db8::1]:80; no",
                "ip=::/0; [ffff::1]:80; yes",
                "ip=::/0; 10.0.0.1:80; no",
                "ip=2001:db8::/33; [2001:db8:7fff::1]:80; yes",
                "ip=2001:db8::/33; [2001:db8:8000::1]:80; no",
                "ip=2001:db8::/65; [2001:db8::7fff:ffff:ffff:ffff]:80; yes",
                "ip=2001:db8::/65; [2001:db8::8000:0:0:0]:80; no",
                "ip=10.0.0.0/8; name:10.0.0.1:80; yes",
                "ip=::1/128; name:0:0:0:0:0:0:0:1:80; yes",
                "ip=10.0.0.0/8; name:example.org:80; no",
                "domain=domain:example.org; name:example.org:80; yes",
                "domain=domain:example.org; name:www.EXAMPLE.org.:80; yes",
                "domain=domain:example.org; name:wwwexample.org:80; no",
                "domain=domain:example.org; name:example.org.uk:80; no",
                "domain=domain:org; name:a.b.c.org:80; yes",
                "domain=full:example.org; name:example.org:80; yes",
                "domain=full:example.org; name:www.example.org:80; no",
                "domain=keyword:xamp; name:www.example.org:80; yes",
                "domain=Example; name:www.example.org:80; yes",
                "domain=regexp:^[a-z]+%5C.test$; name:abc.test:80; yes",
                "domain=regexp:^[a-z]+%5C.test$; name:abc1.test:80; no",
                "domain=regexp:(a%2Cb)?c; name:xc.test:80; yes",
                "domain=domain:example.org; 10.0.0.1:80; no",
                "port=443,1000-2000; 10.0.0.1:443; yes",
                "port=443,1000-2000; 10.0.0.1:1000; yes",
                "port=443,1000-2000; 10.0.0.1:2000; yes",
                "port=443,1000-2000; 10.0.0.1:2001; no",
                "port=443,1000-2000; 10.0.0.1:442; no",
                "network=udp; 10.0.0.1:80; no",
                "network=udp,tcp; 10.0.0.1:80; yes",
                "source=192.0.2.0/24; 10.0.0.1:80; yes",
                "source=192.0.3.0/24; 10.0.0.1:80; no",
                "sourcePort=4000; 10.0.0.1:80; yes",
                "sourcePort=1-3999; 10.0.0.1:80; no",
                "inboundTag=x,tun%20in; 10.0.0.1:80; yes",
                "inboundTag=x; 10.0.0.1:80; no",
                "user=alice; 10.0.0.1:80; yes",
                "user=bob; 10.0.0.1:80; no",
                "ip=10.0.0.0/8 port=80 network=tcp; 10.0.0.1:80; yes",
                "ip=10.0.0.0/8 port=81 network=tcp; 10.0.0.1:80; no",
                "*; 10.0.0.1:80; yes",
            })
    void rule_flow_matchesOrNot(String rule, String destination, String expected) throws Exception {
        RuleTable table = RuleTable.compile(List.of(rule + " -> hit"), "miss");
        Decision decision = table.select(tcp(destination(destination)));
        assertThat(((Decision.Outbound) decision).tag()).isEqualTo(expected.equals("yes") ? "hit" : "miss");
    }

    @Test
    void rules_inOrder_firstDecidesAndIsCounted() throws Exception {
        RuleTable table = RuleTable.compile(
                List.of("name=lan ip=10.0.0.0/8 -> direct", "port=25 -> !drop", "ip=10.1.0.0/16 -> never"), "!reject");
        assertThat(table.select(tcp(destination("10.1.0.1:25"))))
                .isEqualTo(new Decision.Outbound("direct", "name=lan ip=10.0.0.0/8 -> direct"));
        assertThat(table.select(tcp(destination("9.1.0.1:25"))))
                .isEqualTo(new Decision.Reject(true, "port=25 -> !drop"));
        assertThat(table.select(tcp(destination("9.1.0.1:26"))))
                .isEqualTo(new Decision.Reject(false, "final -> !reject"));
        assertThat(table.rules())
                .containsExactly(
                        new RuleSnapshot(0, "lan", "name=lan ip=10.0.0.0/8 -> direct", "direct", 1),
                        new RuleSnapshot(1, "", "port=25 -> !drop", "!drop", 1),
                        new RuleSnapshot(2, "", "ip=10.1.0.0/16 -> never", "never", 0),
                        new RuleSnapshot(3, "final", "final -> !reject", "!reject", 1));
    }

    @Test
    void select_sameRuleTwice_sameDecisionObject() throws Exception {
        RuleTable table = RuleTable.compile(List.of("* -> out"), "!reject");
        FlowSource flow = tcp(destination("10.0.0.1:80"));
        assertThat(table.select(flow)).isSameAs(table.select(flow));
    }

    @Test
    void ports_icmp_neverMatch() throws Exception {
        RuleTable table = RuleTable.compile(List.of("port=0-65535 -> hit"), "miss");
        FlowSource echo = new FlowSource(
                Network.ICMP,
                "tun in",
                new InetSocketAddress("192.0.2.1", 7),
                destination("10.0.0.1:0"),
                Optional.empty());
        assertThat(((Decision.Outbound) table.select(echo)).tag()).isEqualTo("miss");
        assertThat(((Decision.Outbound) RuleTable.compile(List.of("network=icmp -> hit"), "miss")
                                .select(echo))
                        .tag())
                .isEqualTo("hit");
    }

    @Test
    void regexp_exponential_isRefusedInsteadOfStallingTheLoop() throws Exception {
        RuleTable table = RuleTable.compile(List.of("domain=regexp:.*.*.*.*.*q -> out"), "other");
        long start = System.nanoTime();
        Decision decision = table.select(tcp(InetSocketAddress.createUnresolved("a".repeat(200), 80)));
        assertThat(decision).isInstanceOf(Decision.Reject.class);
        assertThat(System.nanoTime() - start).isLessThan(10_000_000_000L);
        assertThat(table.select(tcp(InetSocketAddress.createUnresolved("q.test", 80))))
                .isInstanceOf(Decision.Outbound.class);
    }

    private static FlowSource tcp(InetSocketAddress destination) {
        return new FlowSource(
                Network.TCP, "tun in", new InetSocketAddress("192.0.2.1", 4_000), destination, Optional.of("alice"));
    }

    private static InetSocketAddress destination(String text) {
        int colon = text.lastIndexOf(':');
        int port = Integer.parseInt(text, colon + 1, text.length(), 10);
        String host = text.substring(0, colon);
        return host.startsWith("name:")
                ? InetSocketAddress.createUnresolved(host.substring(5), port)
                : new InetSocketAddress(InetAddress.ofLiteral(host.replaceAll("[\\[\\]]", "")), port);
    }
}
