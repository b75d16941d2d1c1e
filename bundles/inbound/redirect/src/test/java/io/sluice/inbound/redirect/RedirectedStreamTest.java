package io.sluice.inbound.redirect;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.proxyserver.InboundCounters;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the client's kernel is told at the end of a stream. */
@Timeout(60)
class RedirectedStreamTest {

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

    @AfterEach
    void close() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** A process that dies with the rest of a stream in its hands must not leave the client a FIN. */
    @Test
    void endThatWaitsForWhatIsQueued_isAResetUntilItIsSent() throws Exception {
        BlockingQueue<SocketChannel> accepted = new LinkedBlockingQueue<>();
        Channel server = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.SO_LINGER, 0)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel child) {
                        accepted.add(child);
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        InetSocketAddress address = (InetSocketAddress) server.localAddress();
        try (Socket client = new Socket(address.getAddress(), address.getPort())) {
            SocketChannel channel = accepted.take();
            byte[] all = new byte[16 << 20]; // more than the two kernels keep
            ChannelFuture ended = channel.eventLoop()
                    .submit(() -> {
                        ByteStream stream = new RedirectedStream(
                                        channel,
                                        new FlowSource(Network.TCP, "test", address, address, Optional.empty()),
                                        new InboundCounters())
                                .accept();
                        channel.writeAndFlush(Unpooled.wrappedBuffer(all));
                        return stream.shutdownOutput().addListener(ChannelFutureListener.CLOSE);
                    })
                    .get();

            assertThat(ended.isDone()).isFalse();
            assertThat(channel.config().getSoLinger()).isZero();
            assertThat(client.getInputStream().readAllBytes())
                    .as("and then FIN")
                    .hasSize(all.length);
            assertThat(ended.await().isSuccess()).isTrue();
        }
    }
}
