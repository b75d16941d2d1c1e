package io.sluice.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.DatagramPacket;

/** The far end: sends back whatever comes, on {@link Ports#ECHO} by TCP and {@link Ports#UDP_ECHO} by UDP. */
final class EchoServer {

    private EchoServer() {}

    /** Serves until the process is ended. */
    public static void main(String[] arguments) throws Exception {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        ServerBootstrap server = new ServerBootstrap()
                .group(group)
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 16_384)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new Echo());
        for (int port : Ports.ECHO) {
            server.bind(Site.SERVER, port).sync();
        }
        new Bootstrap()
                .group(group)
                .channel(EpollDatagramChannel.class)
                .handler(new Echo())
                .bind(Site.SERVER, Ports.UDP_ECHO)
                .sync();
        System.out.println("ready");
    }

    @Sharable
    private static final class Echo extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.write(
                    message instanceof DatagramPacket datagram
                            ? new DatagramPacket(datagram.content(), datagram.sender())
                            : message,
                    context.voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close(); // a client that went away
        }
    }
}
