package io.sluice.proxyserver.vmess;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.sluice.proxycodec.vmess.ChunkCodec;
import io.sluice.proxycodec.vmess.Command;
import io.sluice.proxycodec.vmess.VmessClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A VMess client over a plain socket, step by step. */
final class ClientSocket implements AutoCloseable {

    private final Socket socket;
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final ByteBuf received = Unpooled.buffer();
    private boolean ended;

    ClientSocket(Socket socket, VmessClient client, Command command, InetSocketAddress destination) {
        this.socket = socket;
        channel.freezeTime(); // the client speaks when the test says so
        channel.pipeline()
                .addLast(client.codec(command, destination, channel.alloc()), new ChannelInboundHandlerAdapter() {
                    @Override
                    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                        ended |= event instanceof ChannelInputShutdownEvent;
                    }
                });
    }

    /** The octets that would travel. */
    static byte[] octets(VmessClient client, InetSocketAddress destination, byte[] payload) throws IOException {
        try (ClientSocket nowhere = new ClientSocket(null, client, Command.TCP, destination)) {
            nowhere.channel.writeOutbound(Unpooled.wrappedBuffer(payload));
            return nowhere.sealed();
        }
    }

    void send(byte[] payload) throws IOException {
        channel.writeOutbound(Unpooled.wrappedBuffer(payload));
        socket.getOutputStream().write(sealed());
    }

    /** The last chunk. */
    void end() throws IOException {
        channel.pipeline().get(ChunkCodec.class).end();
        socket.getOutputStream().write(sealed());
    }

    private byte[] sealed() {
        ByteBuf all = Unpooled.buffer();
        for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
            all.writeBytes(next);
            next.release();
        }
        return ByteBufUtil.getBytes(all);
    }

    byte[] read(int number) throws IOException {
        while (received.readableBytes() < number) {
            if (!more()) {
                throw new IOException("closed after " + received.readableBytes() + " of " + number + " octets");
            }
        }
        byte[] octets = new byte[number];
        received.readBytes(octets);
        return octets;
    }

    /** Whether the far side ended its direction, rather than the connection. */
    boolean readsEnd() throws IOException {
        while (!ended && more()) {}
        return ended;
    }

    private boolean more() throws IOException {
        byte[] piece = new byte[16_384];
        int length = socket.getInputStream().read(piece);
        if (length < 0) {
            return false;
        }
        channel.writeInbound(Unpooled.copiedBuffer(piece, 0, length));
        for (ByteBuf next = channel.readInbound(); next != null; next = channel.readInbound()) {
            received.writeBytes(next);
            next.release();
        }
        return true;
    }

    Socket socket() {
        return socket;
    }

    @Override
    public void close() throws IOException {
        if (socket != null) {
            socket.close();
        }
        channel.pipeline().remove(ChunkCodec.class);
        channel.finishAndReleaseAll();
    }
}
