package io.sluice.outbound.shadowsocks;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.outbound.Reach;
import io.sluice.loop.NettyEventLoops;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ShadowsocksOutboundTest {

    private static NettyEventLoops loops;

    @BeforeAll
    static void open() {
        loops = NettyEventLoops.open(1);
    }

    @AfterAll
    static void close() throws InterruptedException {
        assertThat(loops.close(Duration.ofSeconds(30))).isTrue();
    }

    private static ShadowsocksOutbound outbound() {
        Map<String, Object> values = Map.of("outbound_tag", "s", "method", "aes-256-gcm", "_password", "geheim");
        ShadowsocksOutbound.Config config = (ShadowsocksOutbound.Config) Proxy.newProxyInstance(
                ShadowsocksOutboundTest.class.getClassLoader(),
                new Class<?>[] {ShadowsocksOutbound.Config.class},
                (self, method, arguments) -> values.getOrDefault(method.getName(), method.getDefaultValue()));
        Map<String, Object> properties = Map.of("outbound.tag", "t", "address", "192.0.2.1", "port", 443);
        return new ShadowsocksOutbound(loops, null, null, null, config, properties);
    }

    @Test
    void reach_isTheServerAlone_soThatTheKillSwitchOpensNothingElse() {
        ShadowsocksOutbound outbound = outbound();

        assertThat(outbound.reach()).isEqualTo(Reach.both(new InetSocketAddress("192.0.2.1", 443)));
        outbound.deactivate();
    }
}
