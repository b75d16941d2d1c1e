package io.sluice.loop;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.Socket;
import io.sluice.api.loop.DatagramIo;
import io.sluice.api.loop.DatagramSink;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * Datagrams by Netty's channel, where no backend of the platform serves it: correct and portable, but with a copy, some objects and, on NIO,
 * a system call for each datagram.
 */
final class ChannelDatagramIo implements DatagramIo {

    /** One datagram with its UDP header has at most 65,535 octets (RFC 768: 16-bit length). */
    private static final int RECEIVE_BUFFER = 65_535;

    /** Datagrams of one wake-up, then the other flows of the loop have their turn. */
    private static final int READS_A_TURN = 64;

    /** Octets that wait for a full socket: two super-packets and a batch; then datagrams are dropped, as the kernel would. */
    private static final WriteBufferWaterMark QUEUE_LIMITS = new WriteBufferWaterMark(128 * 1024, 256 * 1024);

    private static final ByteBuffer EMPTY = ByteBuffer.allocateDirect(1);

    private final DatagramChannel channel;
    private final DatagramSink sink;
    private final boolean connected;

    ChannelDatagramIo(DatagramChannel channel, DatagramSink sink) {
        this.channel = channel;
        this.sink = sink;
        this.connected = channel.isConnected();
        channel.config().setAutoRead(false);
        channel.config().setWriteBufferWaterMark(QUEUE_LIMITS);
        channel.config()
                .setRecvByteBufAllocator(
                        new FixedRecvByteBufAllocator(RECEIVE_BUFFER).maxMessagesPerRead(READS_A_TURN));
        channel.pipeline().addLast(new FromSocket());
    }

    @Override
    public boolean send(ByteBuf header, ByteBuf payload, int segmentSize, InetSocketAddress to) {
        boolean all = true;
        try {
            int each = segmentSize > 0 ? segmentSize : payload.readableBytes();
            int end = payload.writerIndex();
            int at = payload.readerIndex();
            do {
                int length = Math.min(each, end - at);
                all &= sendOne(header, payload, at, length, to);
                at += length;
            } while (at < end);
        } finally {
            payload.release();
        }
        return all;
    }

    private boolean sendOne(ByteBuf header, ByteBuf payload, int at, int length, InetSocketAddress to) {
        int before = header == null ? 0 : header.readableBytes();
        if (before + length == 0) {
            return sendEmpty(to);
        }
        if (!channel.isWritable()) {
            channel.flush();
            if (!channel.isWritable()) {
                return false;
            }
        }
        ByteBuf datagram = channel.alloc().ioBuffer(before + length);
        if (before > 0) {
            datagram.writeBytes(header, header.readerIndex(), before);
        }
        datagram.writeBytes(payload, at, length);
        channel.write(connected ? datagram : new DatagramPacket(datagram, to), channel.voidPromise());
        return true;
    }

    /** Netty's channels leave empty datagrams out, so this one goes by the socket itself, behind what is queued; NIO has no way. */
    private boolean sendEmpty(InetSocketAddress to) {
        channel.flush();
        if (!(channel instanceof EpollDatagramChannel epoll) || !(epoll.fd() instanceof Socket descriptor)) {
            return false;
        }
        InetSocketAddress peer = connected ? channel.remoteAddress() : to;
        try {
            descriptor.sendTo(EMPTY, 0, 0, peer.getAddress(), peer.getPort());
            return true;
        } catch (IOException e) {
            sink.failed(e, 1);
            return true;
        }
    }

    @Override
    public void flush() {
        channel.flush();
    }

    @Override
    public void reading(boolean on) {
        channel.config().setAutoRead(on);
    }

    @Override
    public void close() {
        channel.close();
    }

    /** Datagrams to the sink. */
    private final class FromSocket extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            DatagramPacket packet = (DatagramPacket) message;
            sink.datagram(packet.content(), 0, packet.sender());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            sink.batchComplete();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            sink.failed(cause instanceof IOException known ? known : new IOException(cause), 0);
        }
    }
}
