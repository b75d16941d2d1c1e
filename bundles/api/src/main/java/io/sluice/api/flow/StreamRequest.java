package io.sluice.api.flow;

import io.netty.channel.EventLoop;
import org.osgi.annotation.versioning.ConsumerType;

/** A stream that waits to be accepted. Everything here is called on {@link #eventLoop()}. */
@ConsumerType
public interface StreamRequest {

    FlowSource source();

    /** The loop that the stream, its outbound channel and the relay between them live on. */
    EventLoop eventLoop();

    /**
     * Completes the opening (SYN-ACK, SOCKS reply, HTTP 200) and hands the stream over: registered, AUTO_READ off, nothing read yet.
     * If the client has gone meanwhile the stream is already inactive.
     */
    ByteStream accept();

    /** Refuses: RST, ICMP, SOCKS reply code, HTTP status, whichever the reason means in the client's protocol. */
    void reject(CloseReason reason);

    /** Told when the client gives up before an answer; at most once. Set at most one listener. */
    void onCancel(Runnable listener);
}
