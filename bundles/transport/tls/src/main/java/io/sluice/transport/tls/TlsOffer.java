package io.sluice.transport.tls;

import io.sluice.api.transport.LayerSettings;
import java.util.List;

/**
 * What an end offers, and takes.
 *
 * @param versions {@code TLSv1.2}, {@code TLSv1.3} or both
 * @param protocols ALPN's, the best first
 * @param cipherSuites by their registered names; none for the engine's own choice
 * @param curves by their names in Java; none for the engine's own choice
 */
record TlsOffer(List<String> versions, List<String> protocols, List<String> cipherSuites, List<String> curves) {

    /** As Xray offers and takes where nothing is configured. */
    private static final List<String> PROTOCOLS = List.of("h2", "http/1.1");

    private static final List<String> VERSIONS = List.of("1.2", "1.3");

    static TlsOffer of(LayerSettings settings) {
        List<String> alpn = settings.strings("alpn");
        return new TlsOffer(
                versions(settings),
                alpn.isEmpty() ? PROTOCOLS : alpn,
                settings.strings("cipherSuites").stream()
                        // Go's names of two suites lack the hash that the registered names have.
                        .map(name -> name.endsWith("_CHACHA20_POLY1305") ? name + "_SHA256" : name)
                        .toList(),
                settings.strings("curves"));
    }

    private static List<String> versions(LayerSettings settings) {
        int least = VERSIONS.indexOf(settings.string("minVersion").orElse("1.2"));
        int most = VERSIONS.indexOf(settings.string("maxVersion").orElse("1.3"));
        if (least < 0 || most < least) {
            throw settings.refuse("minVersion", "and maxVersion leave no version of TLS; write 1.2 and 1.3");
        }
        return VERSIONS.subList(least, most + 1).stream().map(v -> "TLSv" + v).toList();
    }
}
