package io.sluice.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import io.sluice.api.flow.ByteStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** By a clock that the test turns. */
class FramesTest {

    /** A socket whose far side reads nothing: what is written waits until it is closed. */
    private static final class Full extends ChannelOutboundHandlerAdapter {

        private final List<ChannelPromise> waiting = new ArrayList<>();

        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            ReferenceCountUtil.release(message);
            waiting.add(promise);
        }

        @Override
        public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
            waiting.forEach(w -> w.tryFailure(new java.nio.channels.ClosedChannelException()));
            ctx.close(promise);
        }
    }

    @Test
    void close_isNotHeldUpByAFarSideThatReadsNothing() {
        EmbeddedChannel channel = new EmbeddedChannel(new Full(), new Frames(true, Duration.ZERO));
        channel.freezeTime();
        channel.write(Unpooled.copyInt(7));

        ChannelFuture closed = channel.pipeline().close(); // the channel's own ends its timers too
        channel.runPendingTasks();
        assertThat(channel.isOpen()).as("the far side may read on").isTrue();

        channel.advanceTimeBy(3, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
        assertThat(channel.isOpen()).isFalse();
        assertThat(closed.isDone()).isTrue();
    }

    /** Has memory for so many buffers. */
    private static final class Scarce extends AbstractByteBufAllocator {

        private int left;

        Scarce(int left) {
            this.left = left;
        }

        @Override
        protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
            if (left-- == 0) {
                throw new OutOfMemoryError("as scarce as the test wants it");
            }
            return UnpooledByteBufAllocator.DEFAULT.heapBuffer(initialCapacity, maxCapacity);
        }

        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
            return newHeapBuffer(initialCapacity, maxCapacity);
        }

        @Override
        public boolean isDirectBufferPooled() {
            return false;
        }
    }

    /** Behind a half frame nothing can be said in order: a Close frame would be payload to the far side. */
    @Test
    void memoryThatRunsOutWithinAFrame_endsTheStreamWithoutAClose() {
        EmbeddedChannel channel = new EmbeddedChannel(new Frames(true, Duration.ZERO));
        channel.config().setAllocator(new Scarce(2));

        ChannelFuture written = channel.write(Unpooled.wrappedBuffer(new byte[40_000]));
        channel.runPendingTasks();
        channel.config().setAllocator(ByteBufAllocator.DEFAULT);
        channel.pipeline().close();
        channel.runPendingTasks();

        assertThat(written.cause()).isInstanceOf(OutOfMemoryError.class);
        assertThat(channel.isOpen()).isFalse();
        assertThat(channel.outboundMessages()).as("nothing is sent of it").isEmpty();
    }

    /** A read that brings a part of a header hands nothing on, so nobody else would ask for the next. */
    @Test
    void partOfAHeader_isFollowedByAnotherRead_whereNobodyReadsByItself() {
        int[] reads = new int[1];
        EmbeddedChannel channel = new EmbeddedChannel(
                new ChannelOutboundHandlerAdapter() {
                    @Override
                    public void read(ChannelHandlerContext ctx) {
                        reads[0]++;
                    }
                },
                new Frames(true, Duration.ZERO));
        channel.config().setAutoRead(false);
        reads[0] = 0;

        channel.writeOneInbound(Unpooled.wrappedBuffer(new byte[] {(byte) 0x82}));
        channel.flushInbound();
        assertThat(reads[0]).isEqualTo(1);

        channel.writeOneInbound(Unpooled.wrappedBuffer(new byte[] {2, 7, 8}));
        channel.flushInbound();
        assertThat(reads[0]).as("who got something asks himself").isEqualTo(1);
        assertThat(ReferenceCountUtil.<Object>releaseLater(channel.readInbound()))
                .isEqualTo(Unpooled.wrappedBuffer(new byte[] {7, 8}));
    }

    /** A closed channel has no handlers any more; who ends what he sends there must be told, not thrown at. */
    @Test
    void shutdownOutput_ofAClosedServersStream_fails() {
        EmbeddedChannel channel = new EmbeddedChannel();
        WebSocketStream stream = WebSocketStream.install(new On(channel), false, Duration.ZERO);
        channel.pipeline().context(Frames.class).close(); // as by a reset: the frames have nothing to say to it
        channel.runPendingTasks();

        ChannelFuture done = stream.shutdownOutput();

        assertThat(done.isDone()).isTrue();
        assertThat(done.isSuccess()).isFalse();
    }

    private record On(Channel channel) implements ByteStream {

        @Override
        public ChannelFuture shutdownOutput() {
            return channel.newSucceededFuture();
        }

        @Override
        public void reset() {
            channel.close();
        }
    }
}
