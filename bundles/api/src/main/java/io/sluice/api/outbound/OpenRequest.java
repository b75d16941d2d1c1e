package io.sluice.api.outbound;

import io.netty.channel.EventLoop;
import io.sluice.api.flow.FlowSource;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;

/**
 * What an outbound is asked to open.
 *
 * @param flowId the flow's number, for logs
 * @param source where the flow comes from
 * @param destination where it goes; unresolved means a domain name
 * @param eventLoop the loop everything shall live on
 * @param timeout for the whole attempt, names, proxies and handshakes included
 */
public record OpenRequest(
        long flowId, FlowSource source, InetSocketAddress destination, EventLoop eventLoop, Duration timeout) {

    public OpenRequest {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(destination, "destination");
        Objects.requireNonNull(eventLoop, "eventLoop");
        Objects.requireNonNull(timeout, "timeout");
    }
}
