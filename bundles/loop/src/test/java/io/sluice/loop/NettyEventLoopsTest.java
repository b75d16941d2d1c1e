package io.sluice.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class NettyEventLoopsTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final ChannelOption<Integer> SO_DOMAIN = new IntegerUnixChannelOption("SO_DOMAIN", 1, 39);

    @Test
    void loop_indexModuloSize_sameLoopOnItsNamedThread() throws Exception {
        NettyEventLoops loops = NettyEventLoops.open(3);
        Set<String> names = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            assertThat(loops.loop(i + 3)).isSameAs(loops.loop(i));
            assertThat(loops.loop(i - 3)).isSameAs(loops.loop(i));
            names.add(
                    loops.loop(i).submit(() -> Thread.currentThread().getName()).get(30, TimeUnit.SECONDS));
        }
        assertThat(loops.size()).isEqualTo(3);
        assertThat(names).containsExactlyInAnyOrder("sluice-loop-0", "sluice-loop-1", "sluice-loop-2");
        assertThat(loops.close(LIMIT)).isTrue();
    }

    @Test
    void next_called_goesRound() throws Exception {
        NettyEventLoops loops = NettyEventLoops.open(2);
        EventLoop first = loops.next();
        assertThat(loops.next()).isNotSameAs(first);
        assertThat(loops.next()).isSameAs(first);
        assertThat(loops.close(LIMIT)).isTrue();
    }

    @Test
    void open_epollAvailable_takesEpoll() throws Exception {
        NettyEventLoops loops = NettyEventLoops.open(1);
        assertThat(loops.transport()).isEqualTo(Epoll.isAvailable() ? "epoll" : "nio");
        assertThat(loops.close(LIMIT)).isTrue();
    }

    @Test
    void newStream_ofAnAddress_hasItsFamily() throws Exception {
        assumeTrue(Epoll.isAvailable(), "epoll is not available");
        NettyEventLoops loops = NettyEventLoops.open(1);
        for (String address : new String[] {"192.0.2.1", "2001:db8::1"}) {
            InetAddress remote = InetAddress.ofLiteral(address);
            var socket = (EpollSocketChannel) loops.newStream(remote);
            int expected = remote instanceof Inet4Address ? AF_INET : AF_INET6;
            assertThat(socket.config().getOption(SO_DOMAIN)).as(address).isEqualTo(expected);
            socket.fd().close();
        }
        assertThat(loops.close(LIMIT)).isTrue();
    }

    @Test
    void channels_ofEachTransport_registerConnectAndClose() throws Exception {
        for (NettyEventLoops loops : new NettyEventLoops[] {NettyEventLoops.open(1), NettyEventLoops.openNio(1)}) {
            Channel server = new ServerBootstrap()
                    .group(loops.group())
                    .channel(loops.serverChannel())
                    .childHandler(new ChannelInboundHandlerAdapter())
                    .bind(InetAddress.getLoopbackAddress(), 0)
                    .sync()
                    .channel();
            Channel client = new Bootstrap()
                    .group(loops.loop(0))
                    .channel(loops.streamChannel())
                    .handler(new ChannelInboundHandlerAdapter())
                    .connect(server.localAddress())
                    .sync()
                    .channel();
            Channel datagram = new Bootstrap()
                    .group(loops.loop(0))
                    .channel(loops.datagramChannel())
                    .handler(new ChannelInboundHandlerAdapter())
                    .bind(InetAddress.getLoopbackAddress(), 0)
                    .sync()
                    .channel();
            for (Channel channel : new Channel[] {client, server, datagram}) {
                assertThat(channel.isActive())
                        .as("%s %s", loops.transport(), channel)
                        .isTrue();
                channel.close().sync();
            }
            assertThat(loops.close(LIMIT)).isTrue();
        }
    }

    @Test
    void close_channelsThatAreOpen_closesThem() throws Exception {
        for (int round = 0; round < 20; round++) {
            NettyEventLoops loops = round % 2 == 0 ? NettyEventLoops.open(1) : NettyEventLoops.openNio(1);
            Channel server = new ServerBootstrap()
                    .group(loops.group())
                    .channel(loops.serverChannel())
                    .childHandler(new ChannelInboundHandlerAdapter())
                    .bind(InetAddress.getLoopbackAddress(), 0)
                    .sync()
                    .channel();
            assertThat(loops.close(LIMIT)).isTrue();
            assertThat(server.isOpen())
                    .as("%s, round %d", loops.transport(), round)
                    .isFalse();
        }
    }

    @Test
    void close_loopThatHangs_waitIsBounded() throws Exception {
        NettyEventLoops loops = NettyEventLoops.open(1);
        var hang = new CountDownLatch(1);
        loops.loop(0).execute(() -> {
            try {
                hang.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        assertThat(loops.close(Duration.ofMillis(200))).isFalse();
        hang.countDown();
        assertThat(loops.group().terminationFuture().await(30, TimeUnit.SECONDS))
                .isTrue();
    }
}
