package io.sluice.transport.tls;

import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.transport.DialRequest;
import io.sluice.api.transport.LayerSettings;
import io.sluice.api.transport.StreamDialer;
import io.sluice.dialer.layer.LayerAttempt;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLEngine;

/** The client's half. */
final class TlsDialer implements StreamDialer {

    private final StreamDialer below;
    private final Engines engines;
    private final String serverName;
    private final int port;
    private final boolean resume;
    private final String task;

    TlsDialer(StreamDialer below, LayerSettings settings) {
        this.below = below;
        this.serverName = settings.string("serverName").orElse(settings.host());
        this.port = settings.endpoint().getPort();
        // As in Xray: off unless asked for.
        this.resume = settings.flag("sessionResumption", false);
        this.engines =
                new Engines(settings, Identities.of(settings).orElse(null), new ServerTrust(settings, serverName));
        this.task = "TLS with " + settings.host() + ":" + port
                + (serverName.equals(settings.host()) ? "" : " as " + serverName);
    }

    @Override
    public Future<ByteStream> dial(DialRequest request) {
        return LayerAttempt.start(below, request, task, this::handshake);
    }

    private void handshake(ByteStream lower, LayerAttempt attempt) {
        SSLEngine engine = engines.client(serverName, port, resume);
        // The attempt's deadline is the time-out.
        SslHandler tls = TlsStream.install(lower.channel(), engine, Duration.ZERO);
        tls.handshakeFuture().addListener(done -> {
            if (done.isSuccess()) {
                attempt.succeed(new TlsStream(lower, tls, Engines.security(engine, Optional.of(serverName))));
            } else {
                attempt.fail(CloseReason.TLS_FAILED, TlsFailures.predicate(done.cause()), done.cause());
            }
        });
    }

    @Override
    public void close() {
        below.close();
    }
}
