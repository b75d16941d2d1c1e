package io.sluice.transport.tls;

import io.sluice.api.transport.LayerSettings;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.X509TrustManager;

/** Which issuers a client's certificate may have, where a server names any. */
final class ClientTrust {

    private ClientTrust() {}

    /** Null where clients need no certificate. */
    static X509TrustManager of(LayerSettings settings) {
        List<X509Certificate> issuers = ServerTrust.trusted(settings);
        if (issuers.isEmpty()) {
            return null;
        }
        try {
            return ServerTrust.manager(issuers);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException(
                    settings.where() + ": the trusted certificates cannot be used: " + e.getMessage(), e);
        }
    }
}
