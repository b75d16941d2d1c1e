package io.sluice.proxyserver.fallback;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import io.sluice.api.flow.ByteStream;

/** One end of a {@link FallbackRelay}: the last handler of its channel. */
final class RelayEnd extends ChannelInboundHandlerAdapter {

    private final FallbackRelay relay;
    private final ByteStream stream;
    private RelayEnd other;
    private boolean moved;
    private boolean inputEnded;
    private boolean outputEnded;

    RelayEnd(FallbackRelay relay, ByteStream stream) {
        this.relay = relay;
        this.stream = stream;
    }

    static void join(RelayEnd a, RelayEnd b) {
        a.other = b;
        b.other = a;
    }

    ByteStream stream() {
        return stream;
    }

    private Channel channel() {
        return stream.channel();
    }

    void read() {
        channel().config().setAutoRead(true);
    }

    /** Whether anything came since the last call. */
    boolean moved() {
        boolean did = moved;
        moved = false;
        return did;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (relay.isOver() || other == null) {
            ReferenceCountUtil.release(message);
            return;
        }
        moved = true;
        other.channel().write(message, other.channel().voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (other != null) {
            other.channel().flush();
            if (!other.channel().isWritable()) {
                ctx.channel().config().setAutoRead(false);
            }
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (other != null && ctx.channel().isWritable()) {
            other.read();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent && !inputEnded) {
            inputEnded = true;
            if (other != null) {
                other.channel().flush();
                other.shutdownOutput();
            }
        }
    }

    private void shutdownOutput() {
        stream.shutdownOutput().addListener(sent -> {
            outputEnded = true;
            if (!sent.isSuccess()) {
                relay.end(false);
            } else if (other.outputEnded) {
                relay.end(true);
            }
        });
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!(inputEnded && outputEnded)) {
            relay.end(false);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        relay.end(false);
    }
}
