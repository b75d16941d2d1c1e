package io.sluice.outbound.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.net.Network;
import io.sluice.api.outbound.Reach;
import io.sluice.loop.NettyEventLoops;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DnsOutboundTest {

    private static NettyEventLoops loops;

    @BeforeAll
    static void open() {
        loops = NettyEventLoops.open(1);
    }

    @AfterAll
    static void close() throws InterruptedException {
        assertThat(loops.close(Duration.ofSeconds(30))).isTrue();
    }

    private static Reach reach(String network, String address, int port) {
        Map<String, Object> values = Map.of("outbound_tag", "d", "network", network, "address", address, "port", port);
        DnsOutbound.Config config = (DnsOutbound.Config) Proxy.newProxyInstance(
                DnsOutboundTest.class.getClassLoader(),
                new Class<?>[] {DnsOutbound.Config.class},
                (self, method, arguments) -> values.getOrDefault(method.getName(), method.getDefaultValue()));
        DnsOutbound outbound = new DnsOutbound(loops, null, config, Map.of("outbound.tag", "d"));
        outbound.deactivate();
        return outbound.reach();
    }

    @Test
    void reach_isTheServerAlone_whereOneIsConfigured_soThatTheKillSwitchOpensNothingElse() {
        assertThat(reach("", "192.0.2.53", 53)).isEqualTo(Reach.both(new InetSocketAddress("192.0.2.53", 53)));
        assertThat(reach("tcp", "dns.example", 5353))
                .isEqualTo(Reach.of(InetSocketAddress.createUnresolved("dns.example", 5353), Network.TCP));
        assertThat(reach("", "", 0)).as("whomever a client asks").isEqualTo(Reach.ANYWHERE);
    }
}
