package io.sluice.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Half-closed streams go on in both directions; on Netty's own epoll handler 4.2.18 they close with ENOENT. */
class SteadyEpollHandlerTest {

    private final CountDownLatch fin = new CountDownLatch(1);
    private final CountDownLatch received = new CountDownLatch(1);
    private final AtomicLong bytes = new AtomicLong();
    private NettyEventLoops loops;
    private ServerSocket server;

    @BeforeEach
    void open() throws Exception {
        loops = NettyEventLoops.open(1);
        server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
    }

    @AfterEach
    void close() throws Exception {
        server.close();
        loops.close(Duration.ofSeconds(3));
    }

    private Channel connect(boolean autoRead) throws InterruptedException {
        return new Bootstrap()
                .group(loops.group())
                .channel(loops.streamChannel())
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.AUTO_READ, autoRead)
                .handler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {
                        ByteBuf buffer = (ByteBuf) message;
                        bytes.addAndGet(buffer.readableBytes());
                        buffer.release();
                        received.countDown();
                    }

                    @Override
                    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                        if (event instanceof ChannelInputShutdownEvent) {
                            fin.countDown();
                        }
                    }
                })
                .connect(server.getLocalSocketAddress())
                .sync()
                .channel();
    }

    @Test
    void finWhileNotReading_thenRead_staysOpen() throws Exception {
        Channel channel = connect(false);
        try (Socket peer = server.accept()) {
            peer.getOutputStream().write(1);
            peer.shutdownOutput();
            assertThat(fin.await(30, TimeUnit.SECONDS)).isTrue();
            channel.eventLoop().submit(() -> channel.config().setAutoRead(true)).sync();
            channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {2})).sync();

            assertThat(peer.getInputStream().read()).isEqualTo(2);
            assertThat(channel.isActive()).isTrue();
        }
    }

    @Test
    void largeAnswerAfterTheFin_arrivesWhole() throws Exception {
        int length = 32 << 20;
        Channel channel = connect(true);
        try (Socket peer = server.accept()) {
            peer.setReceiveBufferSize(1 << 16);
            peer.getOutputStream().write(1);
            peer.shutdownOutput();
            assertThat(fin.await(30, TimeUnit.SECONDS)).isTrue();
            ChannelFuture written = channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[length]));
            written.addListener(done -> ((DuplexChannel) channel).shutdownOutput());

            peer.setSoTimeout(30_000);
            assertThat(peer.getInputStream().readNBytes(length)).hasSize(length);
            assertThat(peer.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void halfClosedAndIdle_doesNotSpin() throws Exception {
        Channel channel = connect(true);
        try (Socket peer = server.accept()) {
            peer.shutdownOutput();
            assertThat(fin.await(30, TimeUnit.SECONDS)).isTrue();
            ((DuplexChannel) channel).shutdownOutput().sync();
            long cpu = channel.eventLoop()
                    .submit(SteadyEpollHandlerTest::cpu)
                    .sync()
                    .getNow();
            assertThat(received.await(300, TimeUnit.MILLISECONDS)).isFalse();
            long used = channel.eventLoop()
                            .submit(SteadyEpollHandlerTest::cpu)
                            .sync()
                            .getNow()
                    - cpu;

            assertThat(Duration.ofNanos(used)).isLessThan(Duration.ofMillis(100));
            channel.close().sync();
        }
    }

    private static long cpu() {
        return java.lang.management.ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
