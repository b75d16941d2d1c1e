package io.sluice.outbound.vless;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

class VlessOutboundTest {

    private static NettyEventLoops loops;

    @BeforeAll
    static void open() {
        loops = NettyEventLoops.open(1);
    }

    @AfterAll
    static void close() throws InterruptedException {
        assertThat(loops.close(Duration.ofSeconds(30))).isTrue();
    }

    private static VlessOutbound outbound(String address, String id, String encoding) {
        Map<String, Object> values = Map.of("outbound_tag", "v", "_id", id, "packetEncoding", encoding);
        VlessOutbound.Config config = (VlessOutbound.Config) Proxy.newProxyInstance(
                VlessOutboundTest.class.getClassLoader(),
                new Class<?>[] {VlessOutbound.Config.class},
                (self, method, arguments) -> values.get(method.getName()));
        Map<String, Object> properties = Map.of("outbound.tag", "v", "address", address, "port", 443);
        return new VlessOutbound(loops, null, null, null, config, properties);
    }

    @Test
    void reach_isTheServerAlone_soThatTheKillSwitchOpensNothingElse() {
        VlessOutbound outbound = outbound("fd00::1", "geheim", "xudp");

        assertThat(outbound.reach()).isEqualTo(Reach.of(new InetSocketAddress("fd00::1", 443), Network.TCP));
        outbound.deactivate();
    }

    @Test
    void description_tellsTheServerAndNoSecret() {
        VlessOutbound outbound = outbound("fd00::1", "geheim", "xudp");

        assertThat(outbound.description()).isEqualTo("vless [fd00:0:0:0:0:0:0:1]:443");
        assertThat(outbound.toString() + outbound.counters()).doesNotContain("geheim");
        outbound.deactivate();
    }

    @Test
    void whatCannotBeUsed_isRefusedWithASentence() {
        assertThatThrownBy(() -> outbound("1.1.1.1", "geheim", "xudp"))
                .hasMessageContaining("outbound \"v\": without TLS everybody between here and 1.1.1.1");
        assertThatThrownBy(() -> outbound("10.0.0.1", "", "xudp"))
                .hasMessageContaining("outbound \"v\": an id is a UUID");
        assertThatThrownBy(() -> outbound("10.0.0.1", "geheim", "packet"))
                .hasMessageContaining("packetEncoding \"packet\" is neither xudp nor none");
    }
}
