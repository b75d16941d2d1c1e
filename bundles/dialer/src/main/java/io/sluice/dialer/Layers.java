package io.sluice.dialer;

import io.sluice.api.outbound.Outbound;
import io.sluice.api.transport.StreamLayer;

/**
 * What a component's references gave it; null where none is configured.
 *
 * @param security reference {@link #SECURITY}
 * @param transport reference {@link #TRANSPORT}
 * @param via reference {@link #VIA}: another outbound to reach the server through
 */
public record Layers(StreamLayer security, StreamLayer transport, Outbound via) {

    /** Names of the references, on which the configuration sets {@code .target} and {@code .cardinality.minimum}. */
    public static final String SECURITY = "security";

    public static final String TRANSPORT = "transport";
    public static final String VIA = "via";

    /** Target of {@link #VIA} for which nothing is configured: matches none. */
    public static final String NO_OUTBOUND = "(!(" + Outbound.TAG + "=*))";

    /** Straight to the server, without a layer. */
    public static final Layers NONE = new Layers(null, null, null);
}
