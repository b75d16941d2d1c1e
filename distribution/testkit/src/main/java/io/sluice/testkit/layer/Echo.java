package io.sluice.testkit.layer;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.sluice.api.flow.ByteStream;

/** Sends back what comes, no faster than it is taken, and ends when the client has ended. */
final class Echo extends ChannelInboundHandlerAdapter {

    private final ByteStream stream;
    private boolean ended;

    private Echo(ByteStream stream) {
        this.stream = stream;
    }

    static void on(ByteStream stream) {
        stream.channel().pipeline().addLast(new Echo(stream));
        stream.channel().config().setAutoRead(true);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ctx.write((ByteBuf) message);
        if (!ctx.channel().isWritable()) {
            ctx.flush();
            if (!ctx.channel().isWritable()) {
                ctx.channel().config().setAutoRead(false);
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            ctx.channel().config().setAutoRead(true);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent && !ended) {
            ended = true;
            stream.shutdownOutput().addListener(done -> ctx.close());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        stream.reset();
    }
}
