package io.sluice.proxyserver;

import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.loop.EventLoops;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * What all connections of one inbound share. Any thread.
 *
 * @param settings the configuration
 * @param loops where sockets live
 * @param flows gives the flow room, or null while it is not there
 * @param counters what happened
 * @param throttle who guessed passwords
 * @param handshakeLimit how long a connection may take until its request is whole
 * @param guests connections that are not a flow's: in their handshake, or kept by a conversation as long as they live
 */
public record Door(
        InboundSettings settings,
        EventLoops loops,
        Supplier<FlowAcceptor> flows,
        InboundCounters counters,
        AuthThrottle throttle,
        Duration handshakeLimit,
        ChannelGroup guests) {

    /**
     * From the connection to its whole request. Xray waits 60 s (its policy level 0), 4 s before that; 10 s lets a person's slowest link
     * through (five round trips of a satellite) and holds a thousand idle connections for no longer than that.
     */
    public static final Duration HANDSHAKE_LIMIT = Duration.ofSeconds(10);

    public Door(InboundSettings settings, EventLoops loops, Supplier<FlowAcceptor> flows) {
        this(settings, loops, flows, HANDSHAKE_LIMIT);
    }

    public Door(InboundSettings settings, EventLoops loops, Supplier<FlowAcceptor> flows, Duration handshakeLimit) {
        this(
                settings,
                loops,
                flows,
                new InboundCounters(),
                new AuthThrottle(),
                handshakeLimit,
                new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE));
    }

    /** Closes the channel when {@code handshakeLimit} is over, unless cancelled. On the channel's loop. */
    public ScheduledFuture<?> deadline(Channel channel) {
        return channel.eventLoop()
                .schedule(
                        () -> {
                            counters.handshakeTimeouts.increment();
                            channel.close();
                        },
                        handshakeLimit.toMillis(),
                        TimeUnit.MILLISECONDS);
    }
}
