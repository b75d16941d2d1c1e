package io.sluice.outbound.http;

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

class HttpOutboundTest {

    private static NettyEventLoops loops;

    @BeforeAll
    static void open() {
        loops = NettyEventLoops.open(1);
    }

    @AfterAll
    static void close() throws InterruptedException {
        assertThat(loops.close(Duration.ofSeconds(30))).isTrue();
    }

    private static HttpOutbound outbound() {
        Map<String, Object> values = Map.of("outbound_tag", "h");
        HttpOutbound.Config config = (HttpOutbound.Config) Proxy.newProxyInstance(
                HttpOutboundTest.class.getClassLoader(),
                new Class<?>[] {HttpOutbound.Config.class},
                (self, method, arguments) -> values.getOrDefault(method.getName(), method.getDefaultValue()));
        Map<String, Object> properties = Map.of("outbound.tag", "t", "address", "192.0.2.1", "port", 443);
        return new HttpOutbound(loops, null, null, null, config, properties);
    }

    @Test
    void reach_isTheServerAlone_soThatTheKillSwitchOpensNothingElse() {
        HttpOutbound outbound = outbound();

        assertThat(outbound.reach()).isEqualTo(Reach.of(new InetSocketAddress("192.0.2.1", 443), Network.TCP));
        outbound.deactivate();
    }
}
