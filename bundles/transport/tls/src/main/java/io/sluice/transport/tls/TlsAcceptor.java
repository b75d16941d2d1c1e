package io.sluice.transport.tls;

import io.netty.handler.ssl.SslHandler;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.transport.Arrival;
import io.sluice.api.transport.LayerSettings;
import io.sluice.api.transport.StreamAcceptor;
import java.time.Duration;
import javax.net.ssl.SSLEngine;

/** The server's half. */
final class TlsAcceptor implements StreamAcceptor {

    /** Ours: three retransmissions of a lost flight (RFC 6298: 1, 2 and 4 s) and some more; Xray gives a whole handshake 4 s. */
    private static final Duration HANDSHAKE = Duration.ofSeconds(10);

    private final StreamAcceptor above;
    private final Engines engines;

    TlsAcceptor(StreamAcceptor above, LayerSettings settings) {
        this.above = above;
        Identities identities = Identities.of(settings)
                .orElseThrow(() -> settings.refuse("certificates", "name none, and a server needs one"));
        this.engines = JavaEngines.server(settings, identities, ClientTrust.of(settings));
    }

    @Override
    public void accept(ByteStream lower, Arrival arrival) {
        SslHandler tls = TlsStream.install(lower.channel(), engines, HANDSHAKE);
        SSLEngine engine = tls.engine();
        tls.handshakeFuture().addListener(done -> {
            if (done.isSuccess()) {
                TlsStream stream = new TlsStream(lower, engines, tls, Engines.security(engine, Engines.asked(engine)));
                above.accept(stream, arrival.with(stream.security()));
            } else {
                lower.channel().close();
                above.gaveUp(
                        arrival,
                        TlsFailures.isOfTheStream(done.cause()) ? CloseReason.CLIENT_ABORTED : CloseReason.TLS_FAILED,
                        "TLS " + TlsFailures.predicate(done.cause()));
            }
        });
        // The first read is the handshake's own: one from the end of the pipeline would mean that the stream is wanted.
        lower.channel().pipeline().context(tls).read();
    }

    @Override
    public void gaveUp(Arrival arrival, CloseReason reason, String sentence) {
        above.gaveUp(arrival, reason, sentence);
    }
}
