package io.sluice.netstack.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.channel.socket.DuplexChannel;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.outbound.ConnectException;
import io.sluice.netstack.engine.tcp.Conversation;
import io.sluice.netstack.engine.tcp.ConversationEnd;
import io.sluice.netstack.engine.tcp.Seg;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A connection seen through Netty, on a loop that the test runs by hand. */
@ExtendWith(ConversationEnd.class)
class TcpChannelTest {

    private final ManualIoEventLoop loop = new ManualIoEventLoop(Thread.currentThread(), NioIoHandler.newFactory());
    private final List<String> events = new ArrayList<>();
    private ByteStream stream;
    private DuplexChannel channel;

    @AfterEach
    void stopLoop() {
        if (channel != null) {
            channel.close();
        }
        loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        while (!loop.isTerminated()) {
            loop.runNow();
        }
    }

    private Conversation accepted() {
        Conversation.Options options = new Conversation.Options();
        options.acceptor = offer -> {
            stream = new TcpStreamRequest(offer, loop, "tun").accept();
            channel = (DuplexChannel) stream.channel();
            channel.pipeline().addLast(new Recorder());
        };
        Conversation c = new Conversation(options);
        c.send(Seg.syn().scale(7)).expect(Seg.synAck().ack(1));
        c.send(Seg.ack().seq(1).ack(1).window(512));
        return c;
    }

    private final class Recorder extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf octets = (ByteBuf) message;
            events.add(octets.toString(StandardCharsets.ISO_8859_1));
            octets.release();
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            events.add("complete");
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                events.add("end");
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            events.add("inactive");
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            events.add(cause instanceof ConnectException told ? told.reason().name() : cause.toString());
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            events.add("writable=" + context.channel().isWritable());
        }
    }

    private static ByteBuf text(String text) {
        return Unpooled.directBuffer().writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void accepted_autoReadOff_nothingReadBeforeRead() {
        Conversation c = accepted();
        assertThat(channel.isActive()).isTrue();
        c.send(Seg.data("hello").seq(1).ack(1));
        assertThat(events).isEmpty();
        channel.read();
        assertThat(events).as("not inside read()").isEmpty();
        loop.runNow();
        assertThat(events).containsExactly("hello", "complete");
        c.send(Seg.data("again").seq(6).ack(1));
        assertThat(events).as("one read, one batch").hasSize(2);
    }

    @Test
    void autoRead_batch_oneReadComplete() {
        Conversation c = accepted();
        channel.config().setAutoRead(true);
        c.sendBatch(
                Seg.data("one").seq(1).ack(1),
                Seg.data("two").seq(4).ack(1),
                Seg.data("three").seq(7).ack(1));
        assertThat(String.join("|", events)).isEqualTo("one|twothree|complete");
    }

    @Test
    void established_fin_inputShutdownThenStillWrites() {
        Conversation c = accepted();
        channel.config().setAutoRead(true);
        c.send(Seg.fin().seq(1).ack(1));
        assertThat(events).containsExactly("end");
        assertThat(channel.isInputShutdown()).isTrue();
        assertThat(channel.isActive()).isTrue();
        c.queue.packets.clear();
        channel.writeAndFlush(text("answer"));
        c.expect(Seg.data("answer").seq(1).ack(2));
        stream.shutdownOutput();
        c.expect(Seg.fin().seq(7).ack(2));
        c.send(Seg.ack().seq(2).ack(8));
        loop.runNow();
        assertThat(events).containsExactly("end", "inactive");
    }

    @Test
    void established_rst_inactiveWithoutEnd() {
        Conversation c = accepted();
        c.send(Seg.rst().seq(1));
        loop.runNow();
        assertThat(events).containsExactly("inactive");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void established_reset_rst() {
        Conversation c = accepted();
        stream.reset();
        loop.runNow();
        c.expect(Seg.rstAck().seq(1).ack(1)).expectNothing();
        assertThat(events).containsExactly("inactive");
    }

    @Test
    void established_detach_rstAndReason() {
        Conversation c = accepted();
        c.detach(CloseReason.INBOUND_WITHDRAWN);
        loop.runNow();
        c.expect(Seg.rstAck().seq(1).ack(1)).expectNothing();
        assertThat(events).containsExactly("INBOUND_WITHDRAWN", "inactive");
    }

    @Test
    void established_close_finAndInactive() {
        Conversation c = accepted();
        channel.writeAndFlush(text("bye"));
        channel.close();
        loop.runNow();
        c.expect(Seg.data("bye").seq(1), Seg.fin().seq(4).ack(1));
        assertThat(events).containsExactly("inactive");
    }

    @Test
    void established_writesBeyondSendQueue_unwritableUntilAcknowledged() {
        Conversation c = accepted();
        List<ChannelFuture> writes = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            writes.add(channel.writeAndFlush(text("x".repeat(65_536))));
        }
        assertThat(channel.isWritable()).isFalse();
        assertThat(writes.getFirst().isSuccess())
                .as("taken into the send queue")
                .isTrue();
        assertThat(writes.getLast().isDone()).isFalse();
        int acknowledged = 1;
        for (int round = 0; round < 40 && acknowledged < 1 + 8 * 65_536; round++) {
            while (!c.queue.packets.isEmpty()) {
                Seg seg = c.take(Seg.ack().seq(acknowledged));
                acknowledged += seg.length;
            }
            c.send(Seg.ack().seq(1).ack(acknowledged).window(512));
        }
        assertThat(acknowledged).isEqualTo(1 + 8 * 65_536);
        assertThat(writes).allMatch(ChannelFuture::isSuccess);
        assertThat(channel.isWritable()).isTrue();
        assertThat(events).startsWith("writable=false").endsWith("writable=true");
    }

    @Test
    void shutdownOutput_queuedWrites_finBehindThem() {
        Conversation c = accepted();
        for (int i = 0; i < 8; i++) {
            channel.write(text("x".repeat(65_536)));
        }
        channel.shutdownOutput();
        ChannelFuture late = channel.writeAndFlush(text("late"));
        assertThat(late.cause()).isInstanceOf(ChannelOutputShutdownException.class);
        int acknowledged = 1;
        boolean fin = false;
        for (int round = 0; round < 40 && !fin; round++) {
            while (!c.queue.packets.isEmpty()) {
                Seg seg = Seg.parse(c.queue.packets.poll().octets(), false, Conversation.CLIENT_ISN, c.serverIsn);
                acknowledged += seg.length;
                fin |= seg.has(1);
            }
            c.send(Seg.ack().seq(1).ack(acknowledged).window(512));
        }
        assertThat(fin).isTrue();
        assertThat(acknowledged).isEqualTo(1 + 8 * 65_536);
    }

    @Test
    void heapBuffer_written_copiedToDirect() {
        Conversation c = accepted();
        channel.writeAndFlush(Unpooled.copiedBuffer("heap", StandardCharsets.ISO_8859_1));
        c.expect(Seg.data("heap").seq(1));
    }

    @Test
    void unread_data_closesWindow() {
        Conversation c = accepted();
        int sequence = 1;
        int window = 0xffff;
        for (int i = 0; i < 400 && window > 0; i++) {
            int size = Math.min(1_400, window);
            c.send(Seg.bulk('x', size).seq(sequence).ack(1));
            sequence += size;
            window -= size;
            while (!c.queue.packets.isEmpty()) {
                window = c.take(Seg.ack()).window << 7;
            }
        }
        assertThat(window).isLessThan(128);
        assertThat(sequence).as("the limit was honoured").isLessThanOrEqualTo(1 + 256 * 1024);
        channel.config().setAutoRead(true);
        channel.read();
        loop.runNow();
        Seg update = c.take(Seg.ack().ack(sequence));
        assertThat(update.window << 7).isGreaterThan(128 * 1024);
    }
}
