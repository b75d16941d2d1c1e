package io.sluice.api.flow;

import io.netty.channel.EventLoop;
import org.osgi.annotation.versioning.ConsumerType;

/** One echo request for a host beyond the gateway. Answered once, on {@link #eventLoop()}; unanswered means lost. */
@ConsumerType
public interface EchoRequest {

    FlowSource source();

    EventLoop eventLoop();

    /** Octets of echo data. */
    int length();

    /** Answers with the request's own identifier, sequence number and data. */
    void reply();

    /** Answers with an ICMP error, or silence, whichever the reason means. */
    void reject(CloseReason reason);
}
