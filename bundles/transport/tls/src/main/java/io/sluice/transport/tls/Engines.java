package io.sluice.transport.tls;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.SslHandler;
import io.sluice.api.transport.LayerSettings;
import io.sluice.api.transport.Security;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;

/** Makes the engines of one dialer or acceptor, each in a handler of its own. Any thread; a handler and its engine belong to their channel's loop. */
sealed interface Engines permits JavaEngines, NativeEngines {

    /** Makes those of a dialer. */
    @FunctionalInterface
    interface OfClients {

        /** @throws IllegalArgumentException as the layer's {@code dialer} does */
        Engines make(LayerSettings settings, TlsClient client);
    }

    /**
     * Those of a dialer: BoringSSL's where it is to be had for this processor and can do all that is configured, else Java's. Not on a loop: the
     * first call loads a library.
     */
    static Engines client(LayerSettings settings, TlsClient client) {
        TlsOffer offer = TlsOffer.of(settings);
        return NativeEngines.client(settings, offer, client)
                .orElseGet(() -> JavaEngines.client(settings, offer, client));
    }

    /**
     * Puts a new engine's handler behind those of a channel, and what it needs behind it. The engine ends when the handler leaves the pipeline.
     *
     * @param channel open: a closed one lets no handler go
     * @param timeout for the handshake; zero for none
     */
    SslHandler install(Channel channel, Duration timeout);

    /**
     * Sends {@code close_notify}; reading goes on. Everything written before is on its way already.
     *
     * @param tls a handler of these engines, after its handshake
     */
    void closeOutput(SslHandler tls, ChannelPromise done);

    /** The engines to try when the far side finds nothing in common with these: they offer more. */
    Optional<Engines> wider();

    /** No more handlers. Those that are at work go on. */
    void close();

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
