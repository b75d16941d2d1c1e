package io.sluice.outbound.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.OpenRequest;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BlockOutboundTest {

    @Test
    void open_anything_refusedAsConfigured() {
        assertThat(reason(outbound("none").openStream(request()))).isEqualTo(CloseReason.POLICY_REJECTED);
        assertThat(reason(outbound("reject").openDatagrams(request()))).isEqualTo(CloseReason.POLICY_REJECTED);
        BlockOutbound silent = outbound("silent");
        assertThat(reason(silent.openStream(request()))).isEqualTo(CloseReason.POLICY_DROPPED);
        assertThat(silent.counters()).isEqualTo(Map.of("streamsRefused", 1L, "associationsRefused", 0L));
    }

    @Test
    void config_unknownResponse_saysWhatMayBeWritten() {
        assertThatThrownBy(() -> outbound("http"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("none, reject or silent");
    }

    private static CloseReason reason(Future<?> refused) {
        return ((ConnectException) refused.cause()).reason();
    }

    private static OpenRequest request() {
        InetSocketAddress address = new InetSocketAddress("192.0.2.1", 80);
        return new OpenRequest(
                1,
                new FlowSource(Network.TCP, "in", address, address, Optional.empty()),
                address,
                new EmbeddedChannel().eventLoop(),
                Duration.ofSeconds(1));
    }

    private static BlockOutbound outbound(String response) {
        return new BlockOutbound("black", "block", response);
    }
}
