package io.sluice.proxyclient;

import io.sluice.api.net.PrivateHosts;
import io.sluice.api.transport.StreamLayer;

/** A protocol that encrypts nothing itself needs a security layer, except towards private hosts. */
public final class ClearText {

    private ClearText() {}

    /**
     * @param address of the server, as it is configured
     * @param security the layer; null if there is none
     * @throws IllegalArgumentException if everybody on a public network could read along
     */
    public static void refuse(String tag, Object address, StreamLayer security) {
        if (security == null && address instanceof String host && !PrivateHosts.contains(host)) {
            throw new IllegalArgumentException("outbound \"" + tag + "\": without TLS everybody between here and "
                    + host + " could read and change everything; configure a security layer");
        }
    }
}
