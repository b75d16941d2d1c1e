package io.sluice.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.sluice.api.loop.TcpOptions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is set is what the kernel says afterwards. */
class EpollTcpOptionsTest {

    /** tcp(7). */
    private static final int IPPROTO_TCP = 6;

    private EpollSocketChannel socket;

    @BeforeAll
    static void linux() {
        assumeTrue(Epoll.isAvailable(), "epoll is not available");
    }

    private EpollSocketChannel with(TcpOptions options) {
        socket = new EpollSocketChannel();
        EpollTcpOptions.set(socket.config(), options);
        return socket;
    }

    @AfterEach
    void close() throws Exception {
        if (socket != null) {
            socket.fd().close();
        }
    }

    @Test
    void everyOption_reachesTheKernel() {
        var config = with(new TcpOptions(60, 15, 3, 9_000, 1_200, 60_000, Optional.of("reno")))
                .config();

        assertThat(config.getOption(ChannelOption.SO_KEEPALIVE)).isTrue();
        assertThat(config.getOption(EpollChannelOption.TCP_KEEPIDLE)).isEqualTo(60);
        assertThat(config.getOption(EpollChannelOption.TCP_KEEPINTVL)).isEqualTo(15);
        assertThat(config.getOption(EpollChannelOption.TCP_KEEPCNT)).isEqualTo(3);
        assertThat(config.getOption(EpollChannelOption.TCP_USER_TIMEOUT)).isEqualTo(9_000);
        assertThat(config.getOption(new IntegerUnixChannelOption("TCP_MAXSEG", IPPROTO_TCP, 2)))
                .isEqualTo(1_200);
        assertThat(config.getOption(new IntegerUnixChannelOption("TCP_WINDOW_CLAMP", IPPROTO_TCP, 10)))
                .isEqualTo(60_000);
        ByteBuffer congestion = config.getOption(new RawUnixChannelOption("TCP_CONGESTION", IPPROTO_TCP, 13, 16));
        byte[] name = new byte[4];
        congestion.get(congestion.position(), name);
        assertThat(new String(name, StandardCharsets.US_ASCII)).isEqualTo("reno");
    }

    @Test
    void unknownCongestionControl_isRefusedByName() {
        assertThatThrownBy(() -> with(new TcpOptions(0, 0, 0, 0, 0, 0, Optional.of("nosuch"))))
                .isInstanceOf(ChannelException.class)
                .hasMessageContaining("TCP_CONGESTION");
        assertThatThrownBy(() -> with(new TcpOptions(0, 0, 0, 0, 0, 0, Optional.of("a-name-that-is-too-long"))))
                .hasMessageContaining("TCP_CONGESTION");
    }

    /** TCP_MAXSEG takes 88 to 32,767 (net/ipv4/tcp.c). */
    @Test
    void refusedOnes_areAllNamed_andTheOthersSet() {
        assertThatThrownBy(() -> with(new TcpOptions(60, 0, 0, 9_000, 40_000, 60_000, Optional.of("nosuch"))))
                .isInstanceOf(ChannelException.class)
                .hasMessageContaining("TCP_MAXSEG")
                .hasMessageContaining("TCP_CONGESTION");
        assertThat(socket.config().getOption(EpollChannelOption.TCP_USER_TIMEOUT))
                .isEqualTo(9_000);
        assertThat(socket.config().getOption(new IntegerUnixChannelOption("TCP_WINDOW_CLAMP", IPPROTO_TCP, 10)))
                .isEqualTo(60_000);
    }

    @Test
    void nothingWanted_leavesTheKernelsOwn() {
        assertThat(with(TcpOptions.NONE).config().getOption(ChannelOption.SO_KEEPALIVE))
                .isFalse();
    }
}
