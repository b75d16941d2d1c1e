package io.sluice.outbound.trojan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.outbound.Reach;
import io.sluice.loop.NettyEventLoops;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TrojanOutboundTest {

    private static NettyEventLoops loops;

    @BeforeAll
    static void open() {
        loops = NettyEventLoops.open(1);
    }

    @AfterAll
    static void close() throws InterruptedException {
        assertThat(loops.close(Duration.ofSeconds(30))).isTrue();
    }

    private static TrojanOutbound outbound(String address, String password) {
        Map<String, Object> values = Map.of("outbound_tag", "t", "_password", password);
        TrojanOutbound.Config config = (TrojanOutbound.Config) Proxy.newProxyInstance(
                TrojanOutboundTest.class.getClassLoader(),
                new Class<?>[] {TrojanOutbound.Config.class},
                (self, method, arguments) -> values.get(method.getName()));
        Map<String, Object> properties = Map.of("outbound.tag", "t", "address", address, "port", 443);
        return new TrojanOutbound(loops, null, null, null, config, properties);
    }

    @Test
    void reach_isTheServerAlone_soThatTheKillSwitchOpensNothingElse() {
        TrojanOutbound outbound = outbound("192.168.0.1", "hunter2");

        assertThat(outbound.reach()).isEqualTo(Reach.of(new InetSocketAddress("192.168.0.1", 443), Network.TCP));
        outbound.deactivate();
    }

    @Test
    void description_tellsTheServerAndNoSecret() {
        TrojanOutbound outbound = outbound("192.168.0.1", "hunter2");

        assertThat(outbound.description()).isEqualTo("trojan 192.168.0.1:443");
        assertThat(outbound.toString() + outbound.counters()).doesNotContain("hunter2");
        outbound.deactivate();
    }

    @Test
    void clearTextAcrossPublicNetworks_isRefused() {
        assertThatThrownBy(() -> outbound("proxy.example.org", "hunter2"))
                .hasMessageContaining("outbound \"t\": without TLS everybody between here and proxy.example.org");
        assertThatThrownBy(() -> outbound("192.168.0.1", "")).hasMessageContaining("password is empty");
    }

    @Test
    void withoutEgress_nothingIsDialled() throws Exception {
        TrojanOutbound outbound = outbound("127.0.0.1", "hunter2");
        InetSocketAddress destination = new InetSocketAddress("192.0.2.1", 80);
        FlowSource source = new FlowSource(Network.TCP, "in", destination, destination, Optional.empty());
        OpenRequest request = new OpenRequest(1, source, destination, loops.next(), Duration.ofSeconds(10));

        var opening = loops.next().submit(() -> outbound.openStream(request)).get(30, TimeUnit.SECONDS);

        assertThat(opening.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(opening.cause())
                .isInstanceOfSatisfying(
                        ConnectException.class, e -> assertThat(e.reason()).isEqualTo(CloseReason.EGRESS_UNAVAILABLE));
        assertThat(outbound.counters()).containsEntry("streamsFailed", 1L);
        outbound.deactivate();
    }
}
