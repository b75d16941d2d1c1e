package io.sluice.loop;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.sluice.api.loop.TcpOptions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Options of TCP sockets; the numbers are those of linux/tcp.h. */
final class EpollTcpOptions {

    private static final int IPPROTO_TCP = 6;

    private static final IntegerUnixChannelOption TCP_MAXSEG =
            new IntegerUnixChannelOption("TCP_MAXSEG", IPPROTO_TCP, 2);

    private static final IntegerUnixChannelOption TCP_WINDOW_CLAMP =
            new IntegerUnixChannelOption("TCP_WINDOW_CLAMP", IPPROTO_TCP, 10);

    /** TCP_CA_NAME_MAX. */
    private static final int CONGESTION_NAME = 16;

    private static final RawUnixChannelOption TCP_CONGESTION =
            new RawUnixChannelOption("TCP_CONGESTION", IPPROTO_TCP, 13, CONGESTION_NAME);

    private EpollTcpOptions() {}

    static void set(ChannelConfig config, TcpOptions options) {
        if (options.keepAliveIdle() < 0 || options.keepAliveInterval() < 0) {
            set(config, ChannelOption.SO_KEEPALIVE, false);
        } else if (options.keepAliveIdle() > 0 || options.keepAliveInterval() > 0) {
            set(config, ChannelOption.SO_KEEPALIVE, true);
        }
        positive(config, EpollChannelOption.TCP_KEEPIDLE, options.keepAliveIdle());
        positive(config, EpollChannelOption.TCP_KEEPINTVL, options.keepAliveInterval());
        positive(config, EpollChannelOption.TCP_KEEPCNT, options.keepAliveProbes());
        positive(config, EpollChannelOption.TCP_USER_TIMEOUT, options.userTimeout());
        positive(config, TCP_MAXSEG, options.maxSegment());
        positive(config, TCP_WINDOW_CLAMP, options.windowClamp());
        options.congestion().ifPresent(name -> set(config, TCP_CONGESTION, padded(name)));
    }

    private static ByteBuffer padded(String name) {
        byte[] ascii = name.getBytes(StandardCharsets.US_ASCII);
        if (ascii.length >= CONGESTION_NAME) {
            throw new ChannelException("TCP_CONGESTION: no algorithm has a name of " + ascii.length + " characters");
        }
        return ByteBuffer.allocateDirect(CONGESTION_NAME).put(ascii).clear();
    }

    private static void positive(ChannelConfig config, ChannelOption<Integer> option, int value) {
        if (value > 0) {
            set(config, option, value);
        }
    }

    private static <T> void set(ChannelConfig config, ChannelOption<T> option, T value) {
        boolean known;
        try {
            known = config.setOption(option, value);
        } catch (RuntimeException e) {
            throw new ChannelException(option.name() + ": " + e.getMessage(), e);
        }
        if (!known) {
            throw new ChannelException(option.name() + " is no option of this socket");
        }
    }
}
