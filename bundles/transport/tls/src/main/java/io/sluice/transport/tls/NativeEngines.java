package io.sluice.transport.tls;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.internal.tcnative.SSL;
import io.netty.util.ReferenceCountUtil;
import io.sluice.api.transport.LayerSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/**
 * BoringSSL's, by Netty's binding: the same TLS as Java's in less processor time, above all in a young process.
 *
 * <p>For dialers only. A server of this library cannot refuse a client whose ALPN names nothing that the server takes (Netty offers "no advertise"
 * and "choose my last", RFC 7301 §3.2 wants the alert), and an acceptor has no end at which the library's memory could be given back.
 */
final class NativeEngines implements Engines {

    /** It takes them all or none: they cannot be chosen from. */
    private static final Set<String> TLS_1_3_SUITES =
            Set.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");

    final SslContext context;
    private final String host;
    private final int port;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Supplier<Engines> java;
    private Optional<Engines> wider;

    private NativeEngines(SslContext context, TlsClient client, Supplier<Engines> java) {
        this.context = context;
        // Sessions are found by host and port: without them none is.
        this.host = client.resume() ? client.serverName() : null;
        this.port = client.resume() ? client.port() : -1;
        this.java = java;
    }

    /** Empty where the library is not there or cannot do what is configured. */
    static Optional<Engines> client(LayerSettings settings, TlsOffer offer, TlsClient client) {
        if (!OpenSsl.isAvailable() || !HalfClose.isToBeHad() || !canDo(offer) || !canSign(client)) {
            return Optional.empty();
        }
        SslContextBuilder builder = SslContextBuilder.forClient()
                .sslProvider(SslProvider.OPENSSL)
                .trustManager(client.trust())
                .endpointIdentificationAlgorithm("") // the trust manager sees to names
                .protocols(offer.versions())
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        Protocol.ALPN,
                        SelectorFailureBehavior.NO_ADVERTISE,
                        SelectedListenerFailureBehavior.ACCEPT,
                        offer.protocols()));
        if (client.identities() != null) {
            builder.keyManager(client.identities());
        }
        client.asked().ifPresent(builder::serverName);
        if (!offer.cipherSuites().isEmpty()) {
            builder.ciphers(offer.cipherSuites());
        }
        if (!offer.curves().isEmpty()) {
            builder.option(OpenSslContextOption.GROUPS, offer.curves().toArray(String[]::new));
        }
        try {
            return Optional.of(
                    new NativeEngines(builder.build(), client, () -> JavaEngines.client(settings, offer, client)));
        } catch (SSLException _) {
            return Optional.empty(); // a curve that it does not know
        }
    }

    private static boolean canDo(TlsOffer offer) {
        List<String> suites = offer.cipherSuites();
        long of13 = suites.stream().filter(TLS_1_3_SUITES::contains).count();
        return OpenSsl.availableJavaCipherSuites().containsAll(suites)
                && (of13 == 0 || of13 == TLS_1_3_SUITES.size())
                && offer.protocols().stream().allMatch(NativeEngines::canOffer);
    }

    /** One name that is none (RFC 7301 §3.1), and it offers nothing at all, without a word. */
    private static boolean canOffer(String protocol) {
        return !protocol.isEmpty()
                && protocol.length() <= 255
                && protocol.chars().allMatch(c -> c < 0x80);
    }

    /** It signs by RSA and ECDSA only. */
    private static boolean canSign(TlsClient client) {
        return client.identities() == null || client.identities().algorithms().allMatch(Set.of("RSA", "EC")::contains);
    }

    @Override
    public SslHandler install(Channel channel, Duration timeout) {
        if (closed.get()) {
            throw new IllegalStateException("the outbound has been closed");
        }
        SslHandler tls = context.newHandler(channel.alloc(), host, port);
        tls.setHandshakeTimeoutMillis(timeout.toMillis());
        channel.pipeline().addLast(tls, new HalfClose(tls));
        return tls;
    }

    @Override
    public void closeOutput(SslHandler tls, ChannelPromise done) {
        // The engine's own closeOutbound() looks for the far side's close_notify as well, and ends the engine where
        // data is found instead.
        long ssl = ((ReferenceCountedOpenSslEngine) tls.engine()).sslPointer();
        if (ssl != 0 && (SSL.getShutdown(ssl) & SSL.SSL_SENT_SHUTDOWN) == 0) {
            SSL.shutdownSSL(ssl);
        }
        done.channel().writeAndFlush(Unpooled.EMPTY_BUFFER, done);
    }

    @Override
    public synchronized Optional<Engines> wider() {
        if (wider == null) {
            wider = made();
        }
        return wider;
    }

    private Optional<Engines> made() {
        try {
            return Optional.of(java.get());
        } catch (IllegalArgumentException _) {
            return Optional.empty(); // a curve that Java does not know
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            ReferenceCountUtil.release(context); // engines at work hold it
        }
    }
}
