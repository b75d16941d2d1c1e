package io.sluice.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.CoalescingBufferQueue;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CallsTest {

    /** RFC 9113 §6.5.2, SETTINGS_MAX_FRAME_SIZE: what Netty's encoder takes of a frame at a time. */
    private static final int FRAME = 16_384;

    private static final class Call extends Calls {
        @Override
        protected void headers(ChannelHandlerContext ctx, Http2HeadersFrame frame) {}

        /** That the test ends it is no news. */
        @Override
        protected void failed(ChannelHandlerContext ctx, Exception cause) {}
    }

    private final EmbeddedChannel channel = new EmbeddedChannel(new Call());

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private ByteBuf message() {
        ByteBuf payload = PooledByteBufAllocator.DEFAULT.directBuffer(40_000).writeZero(40_000);
        channel.writeOutbound(payload);
        return channel.<Http2DataFrame>readOutbound().content();
    }

    /** The queue of Netty's HTTP/2 encoder appends to a message of which a part waits in the socket's queue already, as direct memory that writev takes by its address. */
    @Test
    void whatFollowsAMessage_leavesAPartOfItThatIsBeingSentAlone() {
        CoalescingBufferQueue queue = new CoalescingBufferQueue(channel);
        queue.add(message());
        ByteBuf sending = queue.remove(FRAME, channel.newPromise());
        assertThat(sending.isDirect()).isTrue();
        int buffers = sending.nioBufferCount();

        queue.add(message());
        ByteBuf next = queue.remove(2 * 40_000, channel.newPromise());

        assertThat(sending.isDirect()).as("direct still").isTrue();
        assertThat(sending.nioBufferCount()).isEqualTo(buffers);
        sending.release();
        next.release();
    }
}
