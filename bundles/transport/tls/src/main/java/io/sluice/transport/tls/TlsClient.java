package io.sluice.transport.tls;

import io.sluice.api.transport.LayerSettings;
import java.util.Optional;
import javax.net.ssl.SNIHostName;

/**
 * What a dialer is.
 *
 * @param identities the client's certificates; null for none
 * @param serverName by which sessions are found again
 * @param asked what is asked for; an address is not (RFC 6066 §3)
 * @param resume whether an earlier session with that server may be taken up again
 */
record TlsClient(
        Identities identities,
        ServerTrust trust,
        String serverName,
        int port,
        Optional<SNIHostName> asked,
        boolean resume) {

    static TlsClient of(LayerSettings settings, String serverName) {
        return new TlsClient(
                Identities.of(settings).orElse(null),
                new ServerTrust(settings, serverName),
                serverName,
                settings.endpoint().getPort(),
                asked(settings, serverName),
                // As in Xray: off unless asked for.
                settings.flag("sessionResumption", false));
    }

    private static Optional<SNIHostName> asked(LayerSettings settings, String serverName) {
        try {
            return HostNames.isAddress(serverName) ? Optional.empty() : Optional.of(new SNIHostName(serverName));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    settings.where() + ": the server name " + serverName + " cannot be asked for: " + e.getMessage(),
                    e);
        }
    }
}
