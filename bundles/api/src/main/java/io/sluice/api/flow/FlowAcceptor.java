package io.sluice.api.flow;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Where inbounds and stacks deliver new flows. Called on the request's event loop; each request is answered exactly once, now or later,
 * on that loop.
 */
@ProviderType
public interface FlowAcceptor {

    /** A stream wants to be opened. The request is accepted once the outbound is connected ({@code dialFirst}), or at once. */
    void stream(StreamRequest request);

    /** A source endpoint sent its first datagram. */
    void datagrams(DatagramRequest request);

    /** An echo request that is not for the gateway itself. */
    void echo(EchoRequest request);
}
