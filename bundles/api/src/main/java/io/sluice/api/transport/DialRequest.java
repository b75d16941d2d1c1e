package io.sluice.api.transport;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.Objects;

/**
 * What a dialer is asked for.
 *
 * @param flowId the flow's number, for logs; 0 for a connection of our own
 * @param eventLoop the loop that the stream shall live on
 * @param deadlineNanos when the whole attempt shall be over, names and handshakes included, by the loop's {@code ticker()}
 */
public record DialRequest(long flowId, EventLoop eventLoop, long deadlineNanos) {

    public DialRequest {
        Objects.requireNonNull(eventLoop, "eventLoop");
    }

    /** @param timeout for the whole attempt, from now */
    public static DialRequest of(long flowId, EventLoop eventLoop, Duration timeout) {
        return new DialRequest(flowId, eventLoop, eventLoop.ticker().nanoTime() + timeout.toNanos());
    }

    /** What is left of the time; zero if nothing is. */
    public Duration remaining() {
        return Duration.ofNanos(Math.max(0, deadlineNanos - eventLoop.ticker().nanoTime()));
    }
}
