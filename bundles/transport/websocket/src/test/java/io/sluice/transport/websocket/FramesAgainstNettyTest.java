package io.sluice.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Netty's codec at the other end, from either side, at the lengths at which a header changes its form. */
class FramesAgainstNettyTest {

    private static final int[] LENGTHS = {
        1, 2, 3, 4, 5, 7, 8, 9, 125, 126, 127, 1_024, 1_025, 16_375, 16_376, 16_377, 65_531, 65_532, 65_533, 65_535,
        65_536, 200_003
    };

    private final Random random = new Random(11);

    @ParameterizedTest
    @CsvSource({"true, false", "true, true", "false, false", "false, true"})
    void octets_goBothWays(boolean client, boolean composite) {
        EmbeddedChannel ours = new EmbeddedChannel(new Frames(client, Duration.ZERO));
        EmbeddedChannel netty = new EmbeddedChannel(
                new WebSocket13FrameDecoder(client, false, 1 << 20), new WebSocket13FrameEncoder(!client));
        for (int length : LENGTHS) {
            byte[] octets = new byte[length];
            random.nextBytes(octets);

            ours.writeOutbound(octets(octets, composite));
            carry(ours, netty, composite);
            assertThat(received(netty)).as("sent %d", length).isEqualTo(octets);

            netty.writeOutbound(new BinaryWebSocketFrame(Unpooled.copiedBuffer(octets)));
            carry(netty, ours, composite);
            assertThat(received(ours)).as("received %d", length).isEqualTo(octets);
        }
        netty.writeOutbound(new PingWebSocketFrame(Unpooled.copiedBuffer(new byte[] {1, 2, 3})));
        carry(netty, ours, composite);
        carry(ours, netty, composite);
        PongWebSocketFrame pong = netty.readInbound();
        assertThat(pong.content()).isEqualTo(Unpooled.wrappedBuffer(new byte[] {1, 2, 3}));
        pong.release();
        netty.writeOutbound(new CloseWebSocketFrame());
        carry(netty, ours, composite);
        ours.finishAndReleaseAll();
        netty.finishAndReleaseAll();
    }

    private static ByteBuf octets(byte[] octets, boolean composite) {
        int half = octets.length / 2;
        return composite
                ? Unpooled.compositeBuffer()
                        .addComponent(true, Unpooled.copiedBuffer(octets, 0, half))
                        .addComponent(true, Unpooled.copiedBuffer(octets, half, octets.length - half))
                : Unpooled.directBuffer(octets.length).writeBytes(octets);
    }

    /** In pieces of odd lengths. */
    private void carry(EmbeddedChannel from, EmbeddedChannel to, boolean composite) {
        for (ByteBuf written = from.readOutbound(); written != null; written = from.readOutbound()) {
            while (written.isReadable()) {
                byte[] piece = new byte[Math.min(written.readableBytes(), 1 + random.nextInt(30_000))];
                written.readBytes(piece);
                to.writeInbound(octets(piece, composite));
            }
            written.release();
        }
    }

    private static byte[] received(EmbeddedChannel channel) {
        ByteBuf all = Unpooled.buffer();
        for (Object message = channel.readInbound(); message != null; message = channel.readInbound()) {
            ByteBuf octets = message instanceof WebSocketFrame frame ? frame.content() : (ByteBuf) message;
            all.writeBytes(octets);
            octets.release();
        }
        byte[] octets = new byte[all.readableBytes()];
        all.readBytes(octets);
        return octets;
    }
}
