package io.sluice.api.transport;

import java.util.Objects;
import java.util.Optional;

/**
 * What a security layer agreed upon with the far side.
 *
 * @param version {@code TLSv1.3}, {@code TLSv1.2}, …
 * @param cipherSuite its standard name
 * @param serverName the name the client asked for (SNI)
 * @param protocol the application protocol (ALPN)
 */
public record Security(String version, String cipherSuite, Optional<String> serverName, Optional<String> protocol) {

    public Security {
        Objects.requireNonNull(version, "version");
        Objects.requireNonNull(cipherSuite, "cipherSuite");
        Objects.requireNonNull(serverName, "serverName");
        Objects.requireNonNull(protocol, "protocol");
    }
}
