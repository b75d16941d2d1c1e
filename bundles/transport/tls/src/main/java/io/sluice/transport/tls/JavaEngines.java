package io.sluice.transport.tls;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.SslHandler;
import io.sluice.api.transport.LayerSettings;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;

/** Java's own (JSSE): they run on every platform and do everything that can be configured. */
final class JavaEngines implements Engines {

    private final Supplier<SSLEngine> engines;

    private JavaEngines(LayerSettings settings, Supplier<SSLEngine> engines) {
        this.engines = engines;
        try {
            SSLEngine _ = engines.get(); // what an engine refuses is refused now, not at the first stream
        } catch (IllegalArgumentException e) {
            throw unusable(settings, e);
        }
    }

    static Engines client(LayerSettings settings, TlsOffer offer, TlsClient client) {
        SSLContext context = context(settings, client.identities(), client.trust());
        SSLParameters parameters = parameters(settings, context, offer);
        client.asked().ifPresent(name -> parameters.setServerNames(List.of(name)));
        return new JavaEngines(settings, () -> {
            // Sessions are found by host and port: without them none is.
            SSLEngine engine = client.resume()
                    ? context.createSSLEngine(client.serverName(), client.port())
                    : context.createSSLEngine();
            engine.setUseClientMode(true);
            engine.setSSLParameters(parameters);
            return engine;
        });
    }

    /** @param clients decides about the certificates of clients; null where they need none */
    static Engines server(LayerSettings settings, Identities identities, TrustManager clients) {
        SSLContext context = context(settings, identities, clients);
        SSLParameters parameters = parameters(settings, context, TlsOffer.of(settings));
        parameters.setUseCipherSuitesOrder(true);
        parameters.setNeedClientAuth(clients != null);
        return new JavaEngines(settings, () -> {
            SSLEngine engine = context.createSSLEngine();
            engine.setUseClientMode(false);
            engine.setSSLParameters(parameters);
            return engine;
        });
    }

    private static SSLContext context(LayerSettings settings, KeyManager keys, TrustManager trust) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    keys == null ? null : new KeyManager[] {keys},
                    trust == null ? null : new TrustManager[] {trust},
                    null);
            return context;
        } catch (GeneralSecurityException e) {
            throw unusable(settings, e);
        }
    }

    private static IllegalArgumentException unusable(LayerSettings settings, Exception e) {
        return new IllegalArgumentException(settings.where() + ": TLS cannot be set up: " + e.getMessage(), e);
    }

    private static SSLParameters parameters(LayerSettings settings, SSLContext context, TlsOffer offer) {
        SSLParameters parameters = context.getDefaultSSLParameters();
        parameters.setProtocols(offer.versions().toArray(String[]::new));
        if (!offer.cipherSuites().isEmpty()) {
            List<String> supported = List.of(context.getSupportedSSLParameters().getCipherSuites());
            List<String> usable =
                    offer.cipherSuites().stream().filter(supported::contains).toList();
            if (usable.isEmpty()) {
                throw settings.refuse("cipherSuites", "names none that is to be had here");
            }
            parameters.setCipherSuites(usable.toArray(String[]::new));
        }
        try {
            parameters.setApplicationProtocols(offer.protocols().toArray(String[]::new));
            if (!offer.curves().isEmpty()) {
                parameters.setNamedGroups(offer.curves().toArray(String[]::new));
            }
        } catch (IllegalArgumentException e) {
            throw unusable(settings, e);
        }
        return parameters;
    }

    @Override
    public SslHandler install(Channel channel, Duration timeout) {
        SslHandler tls = new SslHandler(engines.get());
        tls.setHandshakeTimeoutMillis(timeout.toMillis());
        channel.pipeline().addLast(tls);
        return tls;
    }

    @Override
    public void closeOutput(SslHandler tls, ChannelPromise done) {
        tls.closeOutbound(done);
    }

    @Override
    public Optional<Engines> wider() {
        return Optional.empty();
    }

    @Override
    public void close() {
        // The garbage collector sees to it.
    }
}
