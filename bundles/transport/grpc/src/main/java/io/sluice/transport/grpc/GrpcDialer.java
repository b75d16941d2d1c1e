package io.sluice.transport.grpc;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.ScheduledFuture;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.transport.DialRequest;
import io.sluice.api.transport.LayerSettings;
import io.sluice.api.transport.SecuredStream;
import io.sluice.api.transport.StreamDialer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The client's half. Each loop has its own connections: a stream goes by the first that has room; if none has, one is opened, for which all that come meanwhile
 * wait.
 */
final class GrpcDialer implements StreamDialer {

    /** Xray's default of {@code health_check_timeout}, which is grpc-go's. */
    private static final int PATIENCE_SECONDS = 20;

    /** Smallest {@code idle_timeout}: grpc-go's server ends a connection with pings that come faster. */
    private static final int LEAST_IDLE_SECONDS = 10;

    private final StreamDialer below;
    private final Windows windows;
    private final Duration idle;
    private final Duration patience;
    private final boolean always;
    private final String path;
    private final String authority;
    private final String userAgent;
    private final String task;
    private final ConcurrentHashMap<EventLoop, Pool> pools = new ConcurrentHashMap<>();
    private volatile boolean closed;

    GrpcDialer(StreamDialer below, LayerSettings settings) {
        this.below = below;
        this.windows = Windows.of(settings);
        int seconds = settings.integer("idleTimeout", 0);
        this.idle = Duration.ofSeconds(seconds == 0 ? 0 : Math.max(LEAST_IDLE_SECONDS, seconds));
        int wait = settings.integer("healthCheckTimeout", 0);
        this.patience = Duration.ofSeconds(wait == 0 ? PATIENCE_SECONDS : wait);
        this.always = settings.flag("permitWithoutStream", false);
        Method method = Method.of(settings.string("serviceName").orElse(""));
        this.path = settings.flag("multiMode", false) ? method.multi() : method.tun();
        String server = settings.host();
        String host = server.contains(":") ? "[" + server + "]" : server;
        this.authority = settings.string("authority").orElse(host);
        this.userAgent = settings.string("userAgent").orElse("grpc-go/1.71.0");
        this.task = "gRPC with " + host + ":" + settings.endpoint().getPort();
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
        pools.computeIfAbsent(request.eventLoop(), _ -> new Pool()).open(request, result);
        return result;
    }

    /** One loop's connections; on that loop. */
    private final class Pool {

        private final List<GrpcConnection> connections = new ArrayList<>(1);
        private final List<Promise<ByteStream>> waiting = new ArrayList<>();
        private boolean connecting;

        void open(DialRequest request, Promise<ByteStream> result) {
            connections.removeIf(c -> !c.isOpen());
            for (GrpcConnection connection : connections) {
                if (connection.hasRoom()) {
                    call(connection, result);
                    return;
                }
            }
            waiting.add(result);
            if (!connecting) {
                connecting = true;
                // It belongs to all that wait, so nobody's cancellation ends it.
                below.dial(new DialRequest(0, request.eventLoop(), request.deadlineNanos()))
                        .addListener((Future<ByteStream> opened) -> connected(request, opened));
            }
        }

        private void connected(DialRequest request, Future<ByteStream> opened) {
            connecting = false;
            List<Promise<ByteStream>> now = List.copyOf(waiting);
            waiting.clear();
            if (!opened.isSuccess()) {
                now.forEach(p -> p.tryFailure(opened.cause()));
                return;
            }
            ByteStream lower = opened.getNow();
            if (lower instanceof SecuredStream secured
                    && !secured.security().protocol().filter("h2"::equals).isPresent()) {
                lower.reset();
                now.forEach(p -> p.tryFailure(new ConnectException(
                        CloseReason.PROXY_FAILED, task + " failed: within TLS the server does not choose HTTP/2")));
                return;
            }
            GrpcConnection connection = new GrpcConnection(lower, windows, idle, patience, always);
            connections.add(connection);
            for (Promise<ByteStream> next : now) {
                if (next.isDone()) {
                    continue;
                }
                if (connection.hasRoom()) {
                    call(connection, next);
                } else {
                    open(request, next);
                }
            }
            if (closed) {
                connection.retire();
            }
        }

        private void call(GrpcConnection connection, Promise<ByteStream> result) {
            connection.call(headers(), new ClientCalls(), result);
        }
    }

    private Http2Headers headers() {
        return new DefaultHttp2Headers()
                .method("POST")
                .scheme("https")
                .path(path)
                .authority(authority)
                .add("content-type", "application/grpc")
                .add("te", "trailers")
                .add("user-agent", userAgent);
    }

    /** The client's side of a call. */
    private final class ClientCalls extends Calls {

        private boolean answered;

        @Override
        void headers(ChannelHandlerContext ctx, Http2HeadersFrame frame) {
            CharSequence status = frame.headers().status();
            CharSequence code = frame.headers().get("grpc-status");
            if (!answered && !"200".contentEquals(status == null ? "" : status)) {
                refuse(ctx, "answered with status " + status);
            } else if (code != null && !"0".contentEquals(code)) {
                refuse(ctx, "ended the call with grpc-status " + code);
            } else if (frame.isEndStream()) {
                end(ctx);
            }
            answered = true;
        }

        private void refuse(ChannelHandlerContext ctx, String predicate) {
            String printable = predicate.replaceAll("[^ -~]", "?");
            abort(ctx, new ConnectException(CloseReason.PROXY_FAILED, task + " failed: the server " + printable));
        }
    }

    @Override
    public void close() {
        closed = true;
        pools.forEach((loop, pool) -> loop.execute(() -> pool.connections.forEach(GrpcConnection::retire)));
        below.close();
    }
}
