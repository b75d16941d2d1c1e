package io.sluice.loop;

import io.netty.channel.ChannelException;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollTcpInfo;
import io.netty.util.concurrent.ScheduledFuture;
import io.sluice.api.loop.TcpOptions;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The watched sockets of one loop. Keep-alive asks only while nothing is unacknowledged; behind octets that are, the kernel tries for a quarter of an hour (tcp(7),
 * tcp_retries2). So a socket that repeats what it has sent gets TCP_USER_TIMEOUT, as long as keep-alive has, and loses it with the answer. It never has it while it waits for
 * a slow reader: that one answers, and its closed window leaves nothing unacknowledged (RFC 9293 §3.8.6.1).
 *
 * <p>The kernel counts that time from the first repetition of a recovery, not from the last answer (net/ipv4/tcp_timer.c, retransmits_timed_out): on a lossy line answers may
 * come for minutes meanwhile. So it is set where all repetitions belong to the present silence, or when the silence itself has lasted as long.
 */
final class UnansweredStreams {

    private static final int LOOK_SECONDS = 1;

    /** Each socket is looked at once in so many looks: a look at ten thousand of them is short. */
    private static final int LOOKS = 4;

    /** Repetitions without an answer; a lost segment or two are ordinary. */
    private static final int REPETITIONS = 3;

    /** TCP_CA_Open of linux/tcp.h: nothing is being recovered. */
    private static final int OPEN = 0;

    private final EventLoop loop;
    private final EpollTcpInfo info = new EpollTcpInfo();
    private final LinkedHashMap<EpollSocketChannel, Watched> watched = new LinkedHashMap<>();
    /** Those that have the limit now, which are looked at each time. */
    private final Set<EpollSocketChannel> limited = new LinkedHashSet<>();

    private ScheduledFuture<?> looking;

    UnansweredStreams(EventLoop loop) {
        this.loop = loop;
    }

    /** Whether these options ask for a watch, and set no user timeout of their own. */
    static boolean areWatched(TcpOptions options) {
        return options.keepAliveIdle() > 0
                && options.keepAliveInterval() > 0
                && options.keepAliveProbes() > 0
                && options.userTimeout() == 0;
    }

    /** Until it is closed. */
    void watch(EpollSocketChannel channel, TcpOptions options) {
        int seconds = options.keepAliveIdle() + options.keepAliveInterval() * options.keepAliveProbes();
        watched.put(channel, new Watched((int) TimeUnit.SECONDS.toMillis(seconds)));
        if (looking == null) {
            looking = loop.scheduleWithFixedDelay(this::look, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
        }
        channel.closeFuture().addListener(_ -> forget(channel));
    }

    private void forget(EpollSocketChannel channel) {
        watched.remove(channel);
        limited.remove(channel);
        if (watched.isEmpty() && looking != null) {
            looking.cancel(false);
            looking = null;
        }
    }

    private void look() {
        List.copyOf(limited).forEach(channel -> look(channel, watched.get(channel)));
        for (int left = watched.size() / LOOKS + 1; left > 0 && !watched.isEmpty(); left--) {
            var next = watched.pollFirstEntry();
            watched.put(next.getKey(), next.getValue());
            // One that is not connected yet has the time of its attempt.
            if (next.getKey().isActive()) {
                look(next.getKey(), next.getValue());
            }
        }
    }

    private void look(EpollSocketChannel channel, Watched state) {
        try {
            channel.tcpInfo(info);
            boolean silent = state.silent(info);
            if (silent != limited.contains(channel)) {
                channel.config().setTcpUserTimeout(silent ? state.millis : 0);
                if (silent) {
                    limited.add(channel);
                } else {
                    limited.remove(channel);
                }
            }
        } catch (ChannelException _) {
            return; // it is just being closed
        }
    }

    private static final class Watched {

        private final int millis;

        /** Repetitions before the present recovery, all told. */
        private long before;

        Watched(int millis) {
            this.millis = millis;
        }

        boolean silent(EpollTcpInfo now) {
            if (now.caState() == OPEN) {
                before = now.totalRetrans();
            }
            if (now.unacked() == 0 || now.retransmits() < REPETITIONS) {
                return false;
            }
            // One more may be a probe for the loss of the last segment (RFC 8985 §7).
            return now.totalRetrans() - before <= now.retransmits() + 1 || now.lastAckRecv() >= millis;
        }
    }
}
