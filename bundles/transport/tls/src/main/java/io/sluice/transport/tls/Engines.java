package io.sluice.transport.tls;

import io.sluice.api.transport.LayerSettings;
import io.sluice.api.transport.Security;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;

/** Makes the engines of one dialer or acceptor. Any thread. */
final class Engines {

    /** As Xray offers and takes where nothing is configured. */
    private static final List<String> PROTOCOLS = List.of("h2", "http/1.1");

    private static final List<String> VERSIONS = List.of("1.2", "1.3");

    private final SSLContext context;
    private final String[] versions;
    private final String[] protocols;
    private final String[] ciphers;
    private final String[] curves;

    Engines(LayerSettings settings, KeyManager keys, TrustManager trust) {
        this.versions = versions(settings);
        List<String> alpn = settings.strings("alpn");
        this.protocols = (alpn.isEmpty() ? PROTOCOLS : alpn).toArray(String[]::new);
        try {
            context = SSLContext.getInstance("TLS");
            context.init(
                    keys == null ? null : new KeyManager[] {keys},
                    trust == null ? null : new TrustManager[] {trust},
                    null);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(settings.where() + ": TLS cannot be set up: " + e.getMessage(), e);
        }
        this.ciphers = ciphers(settings, context.getSupportedSSLParameters().getCipherSuites());
        this.curves = settings.strings("curves").toArray(String[]::new);
        check(settings);
    }

    private static String[] versions(LayerSettings settings) {
        int least = VERSIONS.indexOf(settings.string("minVersion").orElse("1.2"));
        int most = VERSIONS.indexOf(settings.string("maxVersion").orElse("1.3"));
        if (least < 0 || most < least) {
            throw settings.refuse("minVersion", "and maxVersion leave no version of TLS; write 1.2 and 1.3");
        }
        return VERSIONS.subList(least, most + 1).stream().map(v -> "TLSv" + v).toArray(String[]::new);
    }

    private static String[] ciphers(LayerSettings settings, String[] supported) {
        List<String> wanted = settings.strings("cipherSuites");
        String[] usable = wanted.stream()
                // Go's names of two suites lack the hash that the registered names have.
                .map(name -> name.endsWith("_CHACHA20_POLY1305") ? name + "_SHA256" : name)
                .filter(Arrays.asList(supported)::contains)
                .toArray(String[]::new);
        if (!wanted.isEmpty() && usable.length == 0) {
            throw settings.refuse("cipherSuites", "names none that is to be had here");
        }
        return usable;
    }

    /** What an engine refuses is refused now, not at the first stream. */
    private void check(LayerSettings settings) {
        try {
            engine(null, -1, true, parameters());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(settings.where() + ": TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    /**
     * A client's.
     *
     * @param serverName what is asked for; an address is not (RFC 6066 §3)
     * @param resume whether an earlier session with that server may be taken up again
     */
    SSLEngine client(String serverName, int port, boolean resume) {
        SSLParameters parameters = parameters();
        if (!HostNames.isAddress(serverName)) {
            parameters.setServerNames(List.of(new SNIHostName(serverName)));
        }
        // Sessions are found by host and port: without them none is.
        return engine(resume ? serverName : null, resume ? port : -1, true, parameters);
    }

    SSLEngine server(boolean wantsClientCertificate) {
        SSLParameters parameters = parameters();
        parameters.setUseCipherSuitesOrder(true);
        parameters.setNeedClientAuth(wantsClientCertificate);
        return engine(null, -1, false, parameters);
    }

    private SSLEngine engine(String host, int port, boolean client, SSLParameters parameters) {
        SSLEngine engine = host == null ? context.createSSLEngine() : context.createSSLEngine(host, port);
        engine.setUseClientMode(client);
        engine.setSSLParameters(parameters);
        return engine;
    }

    private SSLParameters parameters() {
        SSLParameters parameters = context.getDefaultSSLParameters();
        parameters.setProtocols(versions);
        parameters.setApplicationProtocols(protocols);
        if (ciphers.length > 0) {
            parameters.setCipherSuites(ciphers);
        }
        if (curves.length > 0) {
            parameters.setNamedGroups(curves);
        }
        return parameters;
    }

    /** What was agreed upon. */
    static Security security(SSLEngine engine, Optional<String> serverName) {
        String protocol = engine.getApplicationProtocol();
        return new Security(
                engine.getSession().getProtocol(),
                engine.getSession().getCipherSuite(),
                serverName,
                Optional.ofNullable(protocol).filter(p -> !p.isEmpty()));
    }

    /** The name that the client has asked for. */
    static Optional<String> asked(SSLEngine engine) {
        return engine.getSession() instanceof ExtendedSSLSession session ? asked(session) : Optional.empty();
    }

    static Optional<String> asked(ExtendedSSLSession session) {
        return session.getRequestedServerNames().stream()
                .filter(SNIHostName.class::isInstance)
                .map(name -> ((SNIHostName) name).getAsciiName())
                .findFirst();
    }
}
