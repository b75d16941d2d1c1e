package io.sluice.proxyclient;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.api.flow.ByteStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HeldRequestTest {

    private final EmbeddedStream below = new EmbeddedStream();
    private final ByteBuf request = octets("request ");
    private final ByteStream stream = ProxyClient.hold(below, request);

    private static ByteBuf octets(String text) {
        return Unpooled.buffer().writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** The next octets that were written; null if there are none. */
    private String written() {
        for (ByteBuf next = below.channel.readOutbound(); next != null; next = below.channel.readOutbound()) {
            String text = next.toString(StandardCharsets.US_ASCII);
            next.release();
            if (!text.isEmpty()) {
                return text;
            }
        }
        return null;
    }

    @Test
    void firstPayload_takesTheRequestAlong() {
        below.channel.writeOutbound(octets("payload"));
        below.channel.writeOutbound(octets("more"));

        assertThat(written()).isEqualTo("request payload");
        assertThat(written()).isEqualTo("more");
        assertThat(below.channel.pipeline().get(HeldRequest.class)).isNull();
        assertThat(request.refCnt()).isZero();
    }

    @Test
    void longPayload_isNotCopied() {
        ByteBuf payload = Unpooled.buffer().writeZero(10_000);
        below.channel.writeOutbound(payload);

        ByteBuf first = below.channel.readOutbound();
        assertThat(first.readableBytes()).isEqualTo(8 + 10_000);
        assertThat(payload.refCnt()).as("still in use").isEqualTo(1);
        first.release();
        assertThat(payload.refCnt()).isZero();
        assertThat(request.refCnt()).isZero();
    }

    @Test
    void withoutAPayload_theRequestGoesAlone() {
        below.channel.runPendingTasks();
        assertThat(written()).isNull();

        below.channel.advanceTimeBy(HeldRequest.PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        below.channel.runScheduledPendingTasks();

        assertThat(written()).isEqualTo("request ");
        below.channel.writeOutbound(octets("later"));
        assertThat(written()).isEqualTo("later");
    }

    @Test
    void fin_goesBehindTheRequest() {
        stream.shutdownOutput();

        assertThat(written()).isEqualTo("request ");
        assertThat(below.ends).containsExactly("FIN");
    }

    @Test
    void reset_sendsNothing() {
        stream.reset();

        assertThat(written()).isNull();
        assertThat(below.ends).containsExactly("RST");
        assertThat(request.refCnt()).isZero();
    }
}
