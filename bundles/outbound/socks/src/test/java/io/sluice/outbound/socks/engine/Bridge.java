package io.sluice.outbound.socks.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.sluice.api.flow.ByteStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;

/** Leads a stream on to a server of TCP. */
final class Bridge extends ChannelInboundHandlerAdapter {

    private final ByteStream stream;
    private final Socket socket;

    private Bridge(ByteStream stream, Socket socket) {
        this.stream = stream;
        this.socket = socket;
    }

    /** On the stream's loop; the server is near. */
    static void between(ByteStream stream, InetSocketAddress server) {
        try {
            Socket socket = new Socket(server.getAddress(), server.getPort());
            Thread.ofVirtual().start(() -> back(socket, stream));
            stream.channel().pipeline().addLast(new Bridge(stream, socket));
            stream.channel().config().setAutoRead(true);
        } catch (IOException e) {
            stream.reset();
        }
    }

    private static void back(Socket socket, ByteStream stream) {
        byte[] octets = new byte[4_096];
        try (InputStream in = socket.getInputStream()) {
            for (int n = in.read(octets); n >= 0; n = in.read(octets)) {
                stream.channel()
                        .writeAndFlush(Unpooled.copiedBuffer(octets, 0, n))
                        .sync();
            }
        } catch (IOException | InterruptedException e) {
            // its end is told below
        }
        if (!stream.channel().eventLoop().isShuttingDown()) {
            stream.channel().eventLoop().execute(stream::shutdownOutput);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws IOException {
        ByteBuf octets = (ByteBuf) message;
        octets.readBytes(socket.getOutputStream(), octets.readableBytes());
        octets.release();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws IOException {
        if (event instanceof ChannelInputShutdownEvent) {
            socket.shutdownOutput();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws IOException {
        socket.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        stream.reset();
    }
}
