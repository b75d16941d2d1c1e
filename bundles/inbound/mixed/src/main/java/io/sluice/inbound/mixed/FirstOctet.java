package io.sluice.inbound.mixed;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.transport.Arrival;
import io.sluice.proxycodec.Handshake;
import io.sluice.proxycodec.socks.Socks5;
import io.sluice.proxyserver.Conversation;
import io.sluice.proxyserver.Door;
import io.sluice.proxyserver.http.HttpConversation;
import io.sluice.proxyserver.socks.SocksConversation;
import java.util.concurrent.ScheduledFuture;

/** Waits for a connection's first octet and begins the conversation that it announces. One connection, its loop. */
final class FirstOctet extends Handshake {

    private final Door door;
    private final ByteStream stream;
    private final Arrival arrival;
    private ScheduledFuture<?> deadline;

    private FirstOctet(Door door, ByteStream stream, Arrival arrival) {
        this.door = door;
        this.stream = stream;
        this.arrival = arrival;
    }

    /** A {@link Conversation}. */
    static void begin(Door door, ByteStream stream, Arrival arrival) {
        stream.channel().pipeline().addLast(new FirstOctet(door, stream, arrival));
        stream.channel().config().setAutoRead(true);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        deadline = door.deadline(ctx.channel());
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) throws Exception {
        deadline.cancel(false);
        super.handlerRemoved(ctx);
    }

    @Override
    protected void advance(ChannelHandlerContext ctx, ByteBuf in) {
        if (!in.isReadable()) {
            return;
        }
        int first = in.getUnsignedByte(in.readerIndex());
        if (first == Socks5.VERSION) {
            become(ctx, SocksConversation::begin);
        } else if (first >= 'A' && first <= 'Z' || first >= 'a' && first <= 'z') {
            become(ctx, HttpConversation::begin);
        } else {
            door.counters().malformedRequests.increment();
            ctx.close();
        }
    }

    private void become(ChannelHandlerContext ctx, Conversation conversation) {
        ByteBuf bytes = take();
        conversation.begin(door, stream, arrival);
        ctx.pipeline().remove(this);
        ctx.fireChannelRead(bytes);
    }

    @Override
    protected void closed(ChannelHandlerContext ctx) {
        // Nobody waits for anything.
    }

    @Override
    protected void failed(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
