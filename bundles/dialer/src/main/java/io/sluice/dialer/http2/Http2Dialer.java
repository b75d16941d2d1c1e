package io.sluice.dialer.http2;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.ScheduledFuture;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.transport.DialRequest;
import io.sluice.api.transport.StreamDialer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Opens {@link Http2Stream}s over connections that many share, or hands a connection on as it is where the server does not speak HTTP/2. Each loop has its own
 * connections: a stream goes by the first that has room; if none has, one is opened, for which all that come meanwhile wait. Once a server was found not to speak it,
 * nobody waits for another.
 *
 * <p>A new connection may be of no use to anybody: its server has closed it already, or takes no stream. Whoever waited for it waits for one other, and fails with that.
 * (Go's HTTP client does not even do that: a server that hangs up on a new connection would be dialled for ever.)
 */
public final class Http2Dialer implements StreamDialer {

    private final StreamDialer below;
    private final Windows windows;
    private final KeepAlive keepAlive;
    private final String task;
    private final Predicate<ByteStream> isHttp2;
    private final Lifetime lifetime = new Lifetime();
    private final ConcurrentHashMap<EventLoop, Pool> pools = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /**
     * @param below ownership passes
     * @param task subject of sentences about failures, e.g. {@code gRPC with proxy.example.org:443}
     * @param isHttp2 whether a connection that was opened speaks it
     */
    public Http2Dialer(
            StreamDialer below, Windows windows, KeepAlive keepAlive, String task, Predicate<ByteStream> isHttp2) {
        this.below = below;
        this.windows = windows;
        this.keepAlive = keepAlive;
        this.task = task;
        this.isHttp2 = isHttp2;
    }

    @Override
    public Future<ByteStream> dial(DialRequest request) {
        Promise<ByteStream> result = request.eventLoop().newPromise();
        ScheduledFuture<?> deadline = request.eventLoop()
                .schedule(
                        () -> result.tryFailure(
                                new ConnectException(CloseReason.CONNECT_TIMEOUT, task + " was not answered in time")),
                        request.remaining().toNanos(),
                        TimeUnit.NANOSECONDS);
        result.addListener(done -> deadline.cancel(false));
        pools.computeIfAbsent(request.eventLoop(), _ -> new Pool()).open(new Waiting(request, result, false));
        return result;
    }

    /** @param again whether a new connection was of no use already */
    private record Waiting(DialRequest request, Promise<ByteStream> result, boolean again) {}

    /** One loop's connections; on that loop. */
    private final class Pool {

        private final List<ClientConnection> connections = new ArrayList<>(1);
        private final List<Waiting> waiting = new ArrayList<>();
        private boolean connecting;
        private boolean alone;

        void open(Waiting one) {
            connections.forEach(ClientConnection::retireIfSpent);
            connections.removeIf(c -> !c.isOpen());
            for (ClientConnection connection : connections) {
                if (connection.hasRoom()) {
                    connection.open(task, one.result());
                    return;
                }
            }
            if (alone) {
                dialAlone(one);
                return;
            }
            waiting.add(one);
            if (!connecting) {
                connecting = true;
                // It belongs to all that wait, so nobody's cancellation ends it.
                long deadline = one.request().deadlineNanos();
                below.dial(new DialRequest(0, one.request().eventLoop(), deadline))
                        .addListener((Future<ByteStream> opened) -> connected(opened, deadline));
            }
        }

        private void dialAlone(Waiting one) {
            Future<ByteStream> opening = below.dial(one.request());
            one.result().addListener(done -> {
                if (!done.isSuccess()) {
                    opening.cancel(false);
                }
            });
            opening.addListener((Future<ByteStream> opened) -> {
                if (!opened.isSuccess()) {
                    one.result().tryFailure(opened.cause());
                } else if (isHttp2.test(opened.getNow())) {
                    alone = false;
                    added(opened.getNow()).open(task, one.result());
                } else {
                    hand(opened.getNow(), one);
                }
            });
        }

        private void hand(ByteStream lower, Waiting one) {
            if (!one.result().trySuccess(lower)) {
                lower.reset();
            }
        }

        private void connected(Future<ByteStream> opened, long deadline) {
            connecting = false;
            List<Waiting> now = List.copyOf(waiting);
            waiting.clear();
            if (!opened.isSuccess()) {
                failed(now, opened.cause(), deadline);
                return;
            }
            ByteStream lower = opened.getNow();
            alone = !isHttp2.test(lower);
            ClientConnection shared = alone ? null : added(lower);
            if (shared != null && !shared.hasRoom()) {
                useless(shared, now);
                return;
            }
            boolean given = false;
            for (Waiting next : now) {
                if (next.result().isDone()) {
                    continue;
                }
                if (alone && !given) {
                    given = true;
                    hand(lower, next);
                } else if (!alone && shared.hasRoom()) {
                    shared.open(task, next.result());
                } else {
                    open(next);
                }
            }
            if (alone && !given) {
                lower.reset();
            }
        }

        private void useless(ClientConnection connection, List<Waiting> now) {
            String fault = connection.isOpen() ? "takes no streams" : "closes new connections at once";
            connection.retire();
            for (Waiting next : now) {
                if (next.again()) {
                    next.result()
                            .tryFailure(new ConnectException(
                                    CloseReason.PROXY_FAILED, task + " failed: the server " + fault));
                } else if (!next.result().isDone()) {
                    open(new Waiting(next.request(), next.result(), true));
                }
            }
        }

        /** Who came later has more time than the one whose attempt this was. */
        private void failed(List<Waiting> now, Throwable cause, long deadline) {
            boolean late = cause instanceof ConnectException known && known.reason() == CloseReason.CONNECT_TIMEOUT;
            for (Waiting next : now) {
                if (late
                        && next.request().deadlineNanos() - deadline > 0
                        && !next.result().isDone()) {
                    open(next);
                } else {
                    next.result().tryFailure(cause);
                }
            }
        }

        private ClientConnection added(ByteStream lower) {
            ClientConnection connection = new ClientConnection(lower, windows, keepAlive, lifetime);
            connections.add(connection);
            if (closed) {
                // For those who wait, and no others.
                lower.channel().eventLoop().execute(connection::retire);
            }
            return connection;
        }
    }

    @Override
    public void close() {
        closed = true;
        pools.forEach((loop, pool) -> loop.execute(() -> pool.connections.forEach(ClientConnection::retire)));
        below.close();
    }
}
