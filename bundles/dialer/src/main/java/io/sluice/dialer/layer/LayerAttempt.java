package io.sluice.dialer.layer;

import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.ScheduledFuture;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.net.SystemErrors;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.ConnectException.Blame;
import io.sluice.api.transport.DialRequest;
import io.sluice.api.transport.StreamDialer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * One stream of a layer being opened: the dialer below first, then the layer's handshake, both under the request's deadline. Ends exactly once,
 * through {@link #succeed}, {@link #fail} or the cancellation of its future; whatever comes later is ignored. On the request's loop.
 */
public final class LayerAttempt {

    private final String task;
    private final Promise<ByteStream> result;
    private ScheduledFuture<?> deadline;
    private ByteStream lower;
    private Supplier<Blame> silence = () -> Blame.WAY;

    private LayerAttempt(String task, Promise<ByteStream> result) {
        this.task = task;
        this.result = result;
    }

    /** The layer's handshake. */
    @FunctionalInterface
    public interface Handshake {

        /** The stream below stands, AUTO_READ off. Ends the attempt, now or later. */
        void begin(ByteStream lower, LayerAttempt attempt);
    }

    /**
     * Begins.
     *
     * @param task subject of every sentence about a failure: layer and server, e.g. {@code TLS with proxy.example.org:443}
     */
    public static Future<ByteStream> start(StreamDialer below, DialRequest request, String task, Handshake handshake) {
        Promise<ByteStream> result = request.eventLoop().newPromise();
        LayerAttempt attempt = new LayerAttempt(task, result);
        Future<ByteStream> opening = below.dial(request);
        result.addListener(done -> {
            if (done.isCancelled()) {
                opening.cancel(false);
                attempt.end();
                attempt.resetLower();
            }
        });
        opening.addListener((Future<ByteStream> opened) -> attempt.opened(opened, request, handshake));
        return result;
    }

    private void opened(Future<ByteStream> opened, DialRequest request, Handshake handshake) {
        if (!opened.isSuccess()) {
            result.tryFailure(opened.cause());
            return;
        }
        lower = opened.getNow();
        if (result.isDone()) {
            resetLower();
            return;
        }
        deadline =
                request.eventLoop().schedule(this::timedOut, request.remaining().toNanos(), TimeUnit.NANOSECONDS);
        try {
            handshake.begin(lower, this);
        } catch (RuntimeException e) {
            fail(CloseReason.PROXY_FAILED, "could not begin: " + e.getMessage(), e);
        }
    }

    private void timedOut() {
        fail(new ConnectException(CloseReason.CONNECT_TIMEOUT, task + " was not answered in time")
                .blaming(silence.get()));
    }

    /** To the deadline, once the handshake has begun. */
    public Duration timeLeft() {
        return Duration.ofNanos(Math.max(0, deadline.getDelay(TimeUnit.NANOSECONDS)));
    }

    /** @param judge asked at the deadline who is to blame for silence; without it is the way */
    public void silence(Supplier<Blame> judge) {
        silence = judge;
    }

    /** The layer's stream stands. If nobody wants it any more it is reset. */
    public void succeed(ByteStream stream) {
        end();
        if (!result.trySuccess(stream)) {
            stream.reset();
        }
    }

    /** @param predicate end of the sentence that begins with the task, without a full stop */
    public void fail(CloseReason reason, String predicate) {
        fail(reason, predicate, null);
    }

    public void fail(CloseReason reason, String predicate, Throwable cause) {
        fail(
                cause instanceof ConnectException known
                        ? known
                        : new ConnectException(reason, task + " " + SystemErrors.clean(predicate), cause));
    }

    /** The far side works, and has said that the destination does not. */
    public void failBeyond(CloseReason reason, String predicate) {
        fail(new ConnectException(reason, task + " " + SystemErrors.clean(predicate)).blaming(Blame.DESTINATION));
    }

    private void fail(ConnectException failure) {
        if (result.isDone()) {
            return;
        }
        end();
        result.tryFailure(failure);
        resetLower();
    }

    public boolean isOver() {
        return result.isDone();
    }

    private void end() {
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    private void resetLower() {
        if (lower != null) {
            lower.reset();
        }
    }
}
