package io.sluice.outbound.shadowsocks.engine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.sluice.api.flow.ByteStream;

/**
 * Uses a stream as a relay would, against a far host that echoes: sends octets that depend on their position, as fast as the stream takes
 * them, and checks what comes back.
 */
final class StreamProbe extends ChannelInboundHandlerAdapter {

    final ByteStream stream;
    volatile long received;
    volatile boolean ended;
    volatile boolean closed;
    volatile String fault;
    private long sent;
    private long wanted;
    private int piece;

    private StreamProbe(ByteStream stream) {
        this.stream = stream;
    }

    static StreamProbe on(ByteStream stream) throws InterruptedException {
        StreamProbe probe = new StreamProbe(stream);
        Channel channel = stream.channel();
        channel.eventLoop()
                .submit(() -> {
                    if (channel.config().isAutoRead()) {
                        throw new AssertionError("AUTO_READ is on");
                    }
                    channel.pipeline().addLast(probe);
                    channel.config().setAutoRead(true);
                })
                .sync();
        return probe;
    }

    static byte octet(long position) {
        return (byte) (position * 31 + (position >> 8) * 7 + (position >> 16));
    }

    /** Begins to send so many octets more, in writes of so many. */
    StreamProbe send(long octets, int size) throws InterruptedException {
        stream.channel()
                .eventLoop()
                .submit(() -> {
                    wanted += octets;
                    piece = size;
                    go();
                })
                .sync();
        return this;
    }

    private void go() {
        Channel channel = stream.channel();
        while (sent < wanted && channel.isWritable()) {
            int size = (int) Math.min(piece, wanted - sent);
            byte[] octets = new byte[size];
            for (int i = 0; i < size; i++) {
                octets[i] = octet(sent + i);
            }
            sent += size;
            channel.writeAndFlush(channel.alloc().directBuffer(size).writeBytes(octets), channel.voidPromise());
        }
    }

    StreamProbe awaitEcho(long octets) throws InterruptedException {
        OutboundFixture.await(this::toString, () -> received >= octets || fault != null || closed);
        if (received != octets || fault != null) {
            throw new AssertionError("wanted " + octets + " octets: " + this);
        }
        return this;
    }

    void close() throws InterruptedException {
        stream.channel().close().sync();
    }

    /** Our FIN, then the far side's. */
    void finish() throws InterruptedException {
        stream.shutdownOutput().sync();
        OutboundFixture.await(this::toString, () -> ended || closed || fault != null);
        if (!ended || fault != null) {
            throw new AssertionError("no orderly end: " + this);
        }
        stream.channel().close().sync();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        go();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf buffer = (ByteBuf) message;
        byte[] octets = new byte[buffer.readableBytes()];
        buffer.readBytes(octets).release();
        long at = received;
        for (byte octet : octets) {
            if (octet != octet(at++)) {
                fault = "octet " + (at - 1) + " is wrong";
                break;
            }
        }
        received = at;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        ended |= event instanceof ChannelInputShutdownEvent;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        fault = cause.getMessage();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        closed = true;
    }

    @Override
    public String toString() {
        return received + " received, ended " + ended + ", closed " + closed + ", fault " + fault;
    }
}
