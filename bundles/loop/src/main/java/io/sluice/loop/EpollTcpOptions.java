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
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

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

    private final ChannelConfig config;
    private final List<ChannelException> refused = new ArrayList<>();

    private EpollTcpOptions(ChannelConfig config) {
        this.config = config;
    }

    /**
     * Sets each, whatever becomes of the others.
     *
     * @throws ChannelException that names each which was refused
     */
    static void set(ChannelConfig config, TcpOptions options) {
        EpollTcpOptions setting = new EpollTcpOptions(config);
        setting.all(options);
        setting.tell();
    }

    private void all(TcpOptions options) {
        if (options.keepAliveIdle() < 0 || options.keepAliveInterval() < 0) {
            set(ChannelOption.SO_KEEPALIVE, false);
        } else if (options.keepAliveIdle() > 0 || options.keepAliveInterval() > 0) {
            set(ChannelOption.SO_KEEPALIVE, true);
        }
        positive(EpollChannelOption.TCP_KEEPIDLE, options.keepAliveIdle());
        positive(EpollChannelOption.TCP_KEEPINTVL, options.keepAliveInterval());
        positive(EpollChannelOption.TCP_KEEPCNT, options.keepAliveProbes());
        positive(EpollChannelOption.TCP_USER_TIMEOUT, options.userTimeout());
        positive(TCP_MAXSEG, options.maxSegment());
        positive(TCP_WINDOW_CLAMP, options.windowClamp());
        options.congestion().ifPresent(this::congestion);
    }

    private void tell() {
        if (!refused.isEmpty()) {
            ChannelException first = refused.getFirst();
            throw refused.size() == 1
                    ? first
                    : new ChannelException(
                            refused.stream().map(Throwable::getMessage).collect(Collectors.joining("; ")), first);
        }
    }

    private void congestion(String name) {
        byte[] ascii = name.getBytes(StandardCharsets.US_ASCII);
        if (ascii.length >= CONGESTION_NAME) {
            refused.add(
                    new ChannelException("TCP_CONGESTION: no algorithm has a name of " + ascii.length + " characters"));
        } else {
            set(
                    TCP_CONGESTION,
                    ByteBuffer.allocateDirect(CONGESTION_NAME).put(ascii).clear());
        }
    }

    private void positive(ChannelOption<Integer> option, int value) {
        if (value > 0) {
            set(option, value);
        }
    }

    private <T> void set(ChannelOption<T> option, T value) {
        try {
            if (!config.setOption(option, value)) {
                refused.add(new ChannelException(option.name() + " is no option of this socket"));
            }
        } catch (RuntimeException e) {
            refused.add(new ChannelException(option.name() + ": " + e.getMessage(), e));
        }
    }
}
