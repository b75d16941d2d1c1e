package io.sluice.api.transport;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A kind of layer, as a service with the property {@link #LAYER}. It keeps nothing itself: what is kept is kept by the dialers and acceptors it
 * makes.
 */
@ConsumerType
public interface StreamLayer {

    /** Service property: {@code tls}, {@code websocket}, {@code httpupgrade}, {@code grpc}, … It is also the prefix of the layer's properties. */
    String LAYER = "transport.layer";

    /** Target of a reference for which no layer is configured: matches none. */
    String NONE = "(!(" + LAYER + "=*))";

    /** What {@link #LAYER} says. */
    String name();

    /**
     * The client's half.
     *
     * @param below owned by the dialer that is made, and closed with it
     * @throws IllegalArgumentException with one sentence that begins with {@link LayerSettings#where()}, if the settings cannot be used
     */
    StreamDialer dialer(StreamDialer below, LayerSettings settings);

    /**
     * The server's half: what is given takes raw streams and hands layered ones to {@code above}.
     *
     * @throws IllegalArgumentException with one sentence that begins with {@link LayerSettings#where()}, if the settings cannot be used
     */
    StreamAcceptor acceptor(StreamAcceptor above, LayerSettings settings);
}
