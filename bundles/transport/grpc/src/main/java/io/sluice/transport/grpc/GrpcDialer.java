package io.sluice.transport.grpc;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.transport.DialRequest;
import io.sluice.api.transport.LayerSettings;
import io.sluice.api.transport.SecuredStream;
import io.sluice.api.transport.StreamDialer;
import io.sluice.dialer.http2.Http2Dialer;
import io.sluice.dialer.http2.Http2Stream;
import io.sluice.dialer.http2.KeepAlive;
import io.sluice.dialer.http2.Windows;
import java.time.Duration;

/** The client's half: calls over shared connections. */
final class GrpcDialer implements StreamDialer {

    /** Xray's default of {@code health_check_timeout}, which is grpc-go's. */
    private static final int PATIENCE_SECONDS = 20;

    /** Smallest {@code idle_timeout}: grpc-go's server ends a connection with pings that come faster. */
    private static final int LEAST_IDLE_SECONDS = 10;

    private final Http2Dialer connections;
    private final String path;
    private final String authority;
    private final String userAgent;
    private final String task;

    GrpcDialer(StreamDialer below, LayerSettings settings) {
        int seconds = settings.integer("idleTimeout", 0);
        int wait = settings.integer("healthCheckTimeout", 0);
        KeepAlive keepAlive = new KeepAlive(
                Duration.ofSeconds(seconds == 0 ? 0 : Math.max(LEAST_IDLE_SECONDS, seconds)),
                Duration.ofSeconds(wait == 0 ? PATIENCE_SECONDS : wait),
                settings.flag("permitWithoutStream", false));
        Method method = Method.of(settings.string("serviceName").orElse(""));
        this.path = settings.flag("multiMode", false) ? method.multi() : method.tun();
        String server = settings.host();
        String host = server.contains(":") ? "[" + server + "]" : server;
        this.authority = settings.string("authority").orElse(host);
        this.userAgent = settings.string("userAgent").orElse("grpc-go/1.71.0");
        this.task = "gRPC with " + host + ":" + settings.endpoint().getPort();
        Windows windows = Windows.of(settings.integer("initialWindow", 0));
        this.connections = new Http2Dialer(below, windows, keepAlive, task, GrpcDialer::isHttp2);
    }

    /** Without TLS nobody says so; a server of gRPC speaks nothing else. */
    private static boolean isHttp2(ByteStream stream) {
        return !(stream instanceof SecuredStream secured)
                || secured.security().protocol().filter("h2"::equals).isPresent();
    }

    /** The answer to a call is not waited for: servers send it with their first message. */
    @Override
    public Future<ByteStream> dial(DialRequest request) {
        Promise<ByteStream> result = request.eventLoop().newPromise();
        Future<ByteStream> opening = connections.dial(request);
        result.addListener(done -> {
            if (done.isCancelled()) {
                opening.cancel(false);
            }
        });
        opening.addListener((Future<ByteStream> opened) -> {
            if (!opened.isSuccess()) {
                result.tryFailure(opened.cause());
            } else if (!(opened.getNow() instanceof Http2Stream call)) {
                opened.getNow().reset();
                result.tryFailure(new ConnectException(
                        CloseReason.PROXY_FAILED, task + " failed: within TLS the server does not choose HTTP/2"));
            } else if (!result.setUncancellable()) {
                call.reset();
            } else {
                call.channel().pipeline().addLast(new ClientCalls());
                call.channel().writeAndFlush(new DefaultHttp2HeadersFrame(headers()));
                result.setSuccess(call);
            }
        });
        return result;
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
        protected boolean isClient() {
            return true;
        }

        @Override
        protected void headers(ChannelHandlerContext ctx, Http2HeadersFrame frame) {
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
        connections.close();
    }
}
