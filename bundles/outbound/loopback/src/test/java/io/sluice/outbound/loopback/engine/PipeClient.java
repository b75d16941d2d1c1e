package io.sluice.outbound.loopback.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.flow.StreamRequest;
import io.sluice.proxyserver.pipe.PipeChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** A client in memory: writes its octets and counts what comes back. */
final class PipeClient implements StreamRequest {

    final CompletableFuture<CloseReason> rejected = new CompletableFuture<>();
    /** Completes with how it ended: "FIN" or "abort". */
    final CompletableFuture<String> ended = new CompletableFuture<>();

    final AtomicInteger received = new AtomicInteger();
    volatile Runnable onCancel;
    private final FlowSource source;
    private final EventLoop loop;
    private final int octets;

    /** @param octets to send, and FIN behind them; negative for nothing and no FIN */
    PipeClient(FlowSource source, EventLoop loop, int octets) {
        this.source = source;
        this.loop = loop;
        this.octets = octets;
    }

    @Override
    public FlowSource source() {
        return source;
    }

    @Override
    public EventLoop eventLoop() {
        return loop;
    }

    @Override
    public ByteStream accept() {
        PipeChannel mine = PipeChannel.pair();
        PipeChannel theirs = mine.peer();
        theirs.config().setAutoRead(false);
        mine.pipeline().addLast(new Counter());
        loop.register(theirs);
        loop.register(mine);
        if (octets >= 0) {
            for (int left = octets; left > 0; left -= Math.min(left, 16_384)) {
                mine.write(Unpooled.buffer().writeZero(Math.min(left, 16_384)));
            }
            ByteStream.of(mine).shutdownOutput();
        }
        return ByteStream.of(theirs);
    }

    @Override
    public void reject(CloseReason reason) {
        rejected.complete(reason);
    }

    @Override
    public void onCancel(Runnable listener) {
        onCancel = listener;
    }

    private final class Counter extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            received.addAndGet(((ByteBuf) message).readableBytes());
            ((ByteBuf) message).release();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                ended.complete("FIN");
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            ended.complete("abort");
        }
    }

    /** Sends back what comes, and the FIN behind it; or resets at the first octet. */
    static final class Echo extends ChannelInboundHandlerAdapter {

        private final boolean resets;

        Echo(boolean resets) {
            this.resets = resets;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (resets) {
                ((ByteBuf) message).release();
                ctx.close();
                return;
            }
            Channel channel = ctx.channel();
            ctx.writeAndFlush(message).addListener(_ -> channel.config().setAutoRead(channel.isWritable()));
            channel.config().setAutoRead(channel.isWritable());
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                ByteStream.of((PipeChannel) ctx.channel()).shutdownOutput();
            }
        }
    }
}
