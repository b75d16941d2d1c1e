package io.sluice.proxycodec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EarlyBytesTest {

    private final List<String> seen = new ArrayList<>();

    private final class Relay extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            seen.add(bytes.toString(StandardCharsets.US_ASCII));
            bytes.release();
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            seen.add("complete");
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            seen.add(event.getClass().getSimpleName());
        }
    }

    @Test
    void earlyBytes_waitForTheFirstRead_inOrder_andTheHandlerLeaves() {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.config().setAutoRead(false);
        EarlyBytes early = new EarlyBytes(bytes("one"), false);
        channel.pipeline().addLast(early);
        channel.writeInbound(bytes("two"));
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        channel.pipeline().addLast(new Relay());
        assertThat(seen).isEmpty();

        channel.read();

        assertThat(seen).containsExactly("one", "two", "complete", "ChannelInputShutdownEvent");
        assertThat(channel.pipeline().get(EarlyBytes.class)).isNull();
        channel.writeInbound(bytes("three"));
        assertThat(seen).endsWith("three", "complete");
    }

    @Test
    void nothingEarly_firstReadGoesToTheChannel() {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.config().setAutoRead(false);
        channel.pipeline().addLast(new EarlyBytes(null, false), new Relay());

        channel.read();

        assertThat(seen).isEmpty();
        assertThat(channel.pipeline().get(EarlyBytes.class)).isNull();
    }

    @Test
    void channelClosedBeforeAnyRead_letsGoOfTheBytes() {
        ByteBuf held = bytes("one");
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.config().setAutoRead(false);
        channel.pipeline().addLast(new EarlyBytes(held, false));

        channel.close();
        channel.runPendingTasks();

        assertThat(held.refCnt()).isZero();
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    }
}
