package io.sluice.transport.tls;

import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.transport.DialRequest;
import io.sluice.api.transport.LayerSettings;
import io.sluice.api.transport.StreamDialer;
import io.sluice.dialer.layer.LayerAttempt;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Optional;

/** The client's half. Where the server finds nothing in common with the first engines, a second try with the wider ones follows under the same deadline. */
final class TlsDialer implements StreamDialer {

    private final StreamDialer below;
    private final String serverName;
    private final String task;
    private final Engines first;
    private volatile Engines engines;

    TlsDialer(StreamDialer below, LayerSettings settings, Engines.OfClients choice) {
        this.below = below;
        this.serverName = settings.string("serverName").orElse(settings.host());
        this.task = "TLS with " + settings.host() + ":" + settings.endpoint().getPort()
                + (serverName.equals(settings.host()) ? "" : " as " + serverName);
        this.first = choice.make(settings, TlsClient.of(settings, serverName));
        this.engines = first;
    }

    @Override
    public Future<ByteStream> dial(DialRequest request) {
        Promise<ByteStream> result = request.eventLoop().newPromise();
        Engines now = engines;
        Future<ByteStream> opening = attempt(request, now, result);
        opening.addListener((Future<ByteStream> opened) -> {
            Optional<Engines> wider = TlsFailures.isForWantOfCommonGround(opened.cause()) && !result.isDone()
                    ? now.wider()
                    : Optional.empty();
            if (wider.isEmpty()) {
                tell(opened, result);
                return;
            }
            attempt(request, wider.get(), result).addListener((Future<ByteStream> again) -> {
                if (again.isSuccess()) {
                    engines = wider.get();
                }
                tell(again, result);
            });
        });
        return result;
    }

    /** Ends with {@code result}, if that is cancelled. */
    private Future<ByteStream> attempt(DialRequest request, Engines with, Promise<ByteStream> result) {
        Future<ByteStream> opening =
                LayerAttempt.start(below, request, task, (lower, attempt) -> handshake(lower, attempt, with));
        result.addListener(done -> {
            if (done.isCancelled()) {
                opening.cancel(false);
            }
        });
        return opening;
    }

    private static void tell(Future<ByteStream> opened, Promise<ByteStream> result) {
        if (!opened.isSuccess()) {
            result.tryFailure(opened.cause());
        } else if (!result.trySuccess(opened.getNow())) {
            opened.getNow().reset();
        }
    }

    private void handshake(ByteStream lower, LayerAttempt attempt, Engines with) {
        if (!lower.channel().isOpen()) {
            ClosedChannelException closed = new ClosedChannelException();
            attempt.fail(CloseReason.TLS_FAILED, TlsFailures.predicate(closed), closed);
            return;
        }
        // The attempt's deadline is the time-out.
        SslHandler tls = TlsStream.install(lower.channel(), with, Duration.ZERO);
        tls.handshakeFuture().addListener(done -> {
            if (done.isSuccess()) {
                attempt.succeed(
                        new TlsStream(lower, with, tls, Engines.security(tls.engine(), Optional.of(serverName))));
            } else {
                attempt.fail(CloseReason.TLS_FAILED, TlsFailures.predicate(done.cause()), done.cause());
            }
        });
    }

    @Override
    public void close() {
        below.close();
        first.close();
    }
}
