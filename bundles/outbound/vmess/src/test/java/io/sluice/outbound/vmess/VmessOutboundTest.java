package io.sluice.outbound.vmess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.net.Network;
import io.sluice.api.outbound.Reach;
import io.sluice.loop.NettyEventLoops;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class VmessOutboundTest {

    private static NettyEventLoops loops;

    @BeforeAll
    static void open() {
        loops = NettyEventLoops.open(1);
    }

    @AfterAll
    static void close() throws InterruptedException {
        assertThat(loops.close(Duration.ofSeconds(30))).isTrue();
    }

    private static VmessOutbound outbound(Map<String, Object> changed) {
        Map<String, Object> values = new HashMap<>(Map.of("outbound_tag", "v", "_id", "geheim"));
        values.putAll(changed);
        VmessOutbound.Config config = (VmessOutbound.Config) Proxy.newProxyInstance(
                VmessOutboundTest.class.getClassLoader(),
                new Class<?>[] {VmessOutbound.Config.class},
                (self, method, arguments) -> values.getOrDefault(method.getName(), method.getDefaultValue()));
        Map<String, Object> properties = Map.of("outbound.tag", "v", "address", "1.1.1.1", "port", 443);
        return new VmessOutbound(loops, null, null, null, config, properties);
    }

    @Test
    void reach_isTheServerAlone_soThatTheKillSwitchOpensNothingElse() {
        VmessOutbound outbound = outbound(Map.of());

        assertThat(outbound.reach()).isEqualTo(Reach.of(new InetSocketAddress("1.1.1.1", 443), Network.TCP));
        outbound.deactivate();
    }

    @Test
    void description_tellsTheServerAndNoSecret() {
        VmessOutbound outbound = outbound(Map.of());
        assertThat(outbound.description()).isEqualTo("vmess 1.1.1.1:443");
        assertThat(outbound.toString() + outbound.counters()).doesNotContain("geheim");
        outbound.deactivate();
    }

    @Test
    void auto_takesWhatThisProcessorIsFastAt() {
        // Every processor that tests run on has AES: HotSpot's own default says so too.
        assertThat(AesHardware.isPresent()).isTrue();
    }

    @Test
    void whatCannotBeUsed_isRefusedWithASentence() {
        assertThatThrownBy(() -> outbound(Map.of("_id", ""))).hasMessageContaining("outbound \"v\": an id is a UUID");
        assertThatThrownBy(() -> outbound(Map.of("security", "none")))
                .hasMessageContaining("outbound \"v\": security \"none\" is not auto");
        assertThatThrownBy(() -> outbound(Map.of("packetEncoding", "packet")))
                .hasMessageContaining("packetEncoding \"packet\" is neither xudp nor none");
    }
}
