package io.sluice.flow.engine;

import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.StreamRequest;
import io.sluice.api.net.SystemErrors;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.OpenRequest;

/**
 * One stream, from its request to its end.
 *
 * <p>States: request → open the outbound (accept first, if so set); opened → accept, join, relay; refused → reject the request, or
 * reset the client that was accepted already; client gives up → cancel the opening; both FINs sent → FINISHED, close both; one side aborts →
 * reset the other; idle, operator, withdrawal, shutdown → reset both.
 */
final class StreamFlow extends Flow {

    private final StreamRequest request;
    private final FlowSettings settings;
    private Future<ByteStream> opening;
    private StreamEnd client;
    private StreamEnd remote;
    private boolean clientGone;

    StreamFlow(FlowEngine engine, LoopState home, Admission admission, StreamRequest request) {
        super(engine, home, admission);
        this.request = request;
        this.settings = engine.settings();
    }

    @Override
    void open() {
        request.onCancel(() -> {
            clientGone = true;
            end(CloseReason.CLIENT_ABORTED, "the client gave up while the outbound was opened");
        });
        if (closed()) {
            return;
        }
        if (settings.accept() == FlowSettings.Accept.ACCEPT_FIRST) {
            acceptClient();
            if (closed()) {
                return;
            }
        }
        opening = lease().outbound()
                .openStream(new OpenRequest(
                        id(), source(), source().destination(), home().loop(), settings.connectTimeout()));
        opening.addListener((Future<ByteStream> result) -> {
            if (result.isSuccess()) {
                connected(result.getNow());
            } else {
                refused(result.cause());
            }
        });
    }

    private void acceptClient() {
        client = new StreamEnd(this, request.accept(), true);
        client.install();
    }

    private void connected(ByteStream stream) {
        lease().health().answered();
        if (closed()) {
            stream.reset();
            return;
        }
        remote = new StreamEnd(this, stream, false);
        if (stream.channel().eventLoop() != home().loop()) {
            IllegalStateException fault = new IllegalStateException(
                    "outbound '" + lease().tag() + "' opened a channel on another event loop than the flow's");
            engine().fault("flow " + id(), fault);
            end(CloseReason.INTERNAL_ERROR, fault.getMessage());
            return;
        }
        if (client == null) {
            acceptClient();
        }
        if (!closed()) {
            remote.install();
        }
        if (closed()) {
            return;
        }
        opened(IdleWheel.ticks(settings.tcpIdle()));
        StreamEnd.join(client, remote);
        remote.start();
        client.start();
    }

    private void refused(Throwable cause) {
        if (closed()) {
            return;
        }
        if (cause instanceof ConnectException refusal) {
            refusedBy(refusal);
        } else {
            engine().fault("outbound '" + lease().tag() + "' failed to open flow " + id(), cause);
            end(CloseReason.INTERNAL_ERROR, "the outbound failed: " + cause);
        }
    }

    /** One direction has ended in order. */
    void inputEnded() {
        halfClosed(IdleWheel.ticks(settings.halfClosedIdle()));
    }

    /** Both directions have. */
    void finished() {
        end(CloseReason.FINISHED, null);
    }

    /** One side has vanished. */
    void aborted(boolean byClient, Throwable cause) {
        end(
                byClient ? CloseReason.CLIENT_ABORTED : CloseReason.REMOTE_ABORTED,
                cause == null ? null : SystemErrors.sentence(cause));
    }

    /** A codec of one side found what it cannot go on from. */
    void failed(boolean atClient, Throwable cause) {
        if (cause instanceof ConnectException refusal) {
            end(refusal.reason(), refusal.getMessage());
        } else if (!closed()) {
            engine().fault("flow " + id() + ", " + (atClient ? "client's" : "outbound's") + " end", cause);
            end(CloseReason.INTERNAL_ERROR, cause.toString());
        }
    }

    @Override
    void release(CloseReason reason) {
        if (opening != null && !opening.isDone()) {
            opening.cancel(false);
        }
        if (client != null) {
            client.discard();
        } else if (!clientGone) {
            request.reject(FlowEngine.refusal(reason));
        }
        if (remote != null) {
            remote.discard();
        }
        boolean orderly = reason == CloseReason.FINISHED;
        end(client, orderly);
        end(remote, orderly);
    }

    private static void end(StreamEnd end, boolean orderly) {
        if (end == null) {
            return;
        }
        if (orderly) {
            end.close();
        } else {
            end.reset();
        }
    }
}
