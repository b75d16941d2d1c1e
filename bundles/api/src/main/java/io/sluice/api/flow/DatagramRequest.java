package io.sluice.api.flow;

import io.netty.channel.EventLoop;
import org.osgi.annotation.versioning.ConsumerType;

/** A source endpoint that sent its first datagram. Everything here is called on {@link #eventLoop()}. */
@ConsumerType
public interface DatagramRequest {

    /** Its destination is that of the first datagram; later ones may go elsewhere (endpoint-independent mapping, RFC 4787 REQ-1). */
    FlowSource source();

    EventLoop eventLoop();

    /** Hands the client's end over; the first datagram reaches the receiver as soon as one is set. */
    DatagramPort accept();

    /** Refuses the first datagram: ICMP unreachable or silence, whichever the reason means. */
    void reject(CloseReason reason);
}
