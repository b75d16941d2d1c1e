package io.sluice.outbound.http.engine;

import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.ConnectException.Blame;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.transport.DialRequest;
import io.sluice.api.transport.SecuredStream;
import io.sluice.api.transport.StreamDialer;
import io.sluice.dialer.http2.Http2Dialer;
import io.sluice.dialer.http2.Http2Stream;
import io.sluice.dialer.http2.KeepAlive;
import io.sluice.dialer.http2.Windows;
import io.sluice.dialer.layer.LayerAttempt;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/** Opens streams through one proxy. Any thread. */
public final class HttpProxy implements AutoCloseable {

    /** A silent connection with tunnels is asked for a sign of life: NATs forget one after some minutes (RFC 5382 REQ-5 wants 2 h, few keep to it); ours. */
    private static final KeepAlive KEEP_ALIVE = new KeepAlive(Duration.ofSeconds(60), Duration.ofSeconds(20), false);

    /**
     * How often a request is made again that the proxy has not looked at (RFC 9113 §8.7): it lets go of a connection just then, or takes fewer streams than a new
     * connection can know. Once, as the second has what the first learned.
     */
    private static final int AGAIN = 1;

    private final Http2Dialer dialer;
    private final String name;
    private final boolean named;
    private final RequestFields fields;
    private final HttpCounters counters = new HttpCounters();

    /**
     * @param chain ownership passes
     * @param name what error texts begin with
     * @param user empty for none
     * @param headers further fields, each as {@code Name: value}
     */
    public HttpProxy(StreamDialer chain, String name, String user, String password, List<String> headers) {
        this.dialer = new Http2Dialer(chain, Windows.USUAL, KEEP_ALIVE, name, HttpProxy::isHttp2);
        this.name = name;
        this.named = !user.isEmpty();
        this.fields = RequestFields.of(user, password, headers);
    }

    /** Chosen within TLS, by ALPN. In clear text nobody chooses, and proxies expect HTTP/1.1. */
    private static boolean isHttp2(ByteStream stream) {
        return stream instanceof SecuredStream secured
                && secured.security().protocol().filter("h2"::equals).isPresent();
    }

    /** As {@link io.sluice.api.outbound.Outbound#openStream}. */
    public Future<ByteStream> openStream(OpenRequest request) {
        InetSocketAddress destination = request.destination();
        if (!isCarriable(destination)) {
            return request.eventLoop()
                    .newFailedFuture(new ConnectException(
                                    CloseReason.RESOLVE_FAILED,
                                    "a request of HTTP carries names of letters, digits, dots, - and _; this one is not, port "
                                            + destination.getPort())
                            .blaming(Blame.DESTINATION));
        }
        String authority = authority(destination);
        DialRequest dial = DialRequest.of(request.flowId(), request.eventLoop(), request.timeout());
        Promise<ByteStream> result = request.eventLoop().newPromise();
        attempt(authority, dial, result, AGAIN);
        result.addListener(done -> count(done.isSuccess(), done.cause()));
        return result;
    }

    private void attempt(String authority, DialRequest dial, Promise<ByteStream> result, int again) {
        Future<ByteStream> opening = LayerAttempt.start(
                dialer,
                dial,
                name + ", asked for " + authority + ",",
                (lower, attempt) -> connect(authority, lower, attempt));
        result.addListener(done -> {
            if (done.isCancelled()) {
                opening.cancel(false);
            }
        });
        opening.addListener((Future<ByteStream> opened) -> {
            if (opened.isSuccess()) {
                if (!result.trySuccess(opened.getNow())) {
                    opened.getNow().reset();
                }
            } else if (again > 0 && !result.isDone() && opened.cause().getCause() instanceof ConnectCall.Unprocessed) {
                attempt(authority, dial, result, again - 1);
            } else {
                result.tryFailure(opened.cause());
            }
        });
    }

    private void connect(String authority, ByteStream lower, LayerAttempt attempt) {
        lower.channel()
                .pipeline()
                .addLast(
                        lower instanceof Http2Stream call
                                ? new ConnectCall(fields.http2(authority), named, call, attempt, counters)
                                : new ConnectHandshake(fields.http1(authority), named, lower, attempt, counters));
    }

    private void count(boolean opened, Throwable cause) {
        if (opened) {
            counters.streamsOpened.increment();
            return;
        }
        counters.streamsFailed.increment();
        if (cause instanceof ConnectException refusal && refusal.reason() == CloseReason.CONNECT_TIMEOUT) {
            counters.timeouts.increment();
        }
    }

    /** RFC 9110 §9.3.6: the target is host and port alone; RFC 3986 §3.2.2 without percent-encoding, which proxies read differently. */
    private static boolean isCarriable(InetSocketAddress destination) {
        return !destination.isUnresolved() || destination.getHostString().matches("[A-Za-z0-9._-]{1,255}");
    }

    static String authority(InetSocketAddress destination) {
        String host = destination.isUnresolved()
                ? destination.getHostString()
                : destination.getAddress().getHostAddress().replaceFirst("%.*", "");
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + destination.getPort();
    }

    public HttpCounters counters() {
        return counters;
    }

    /** Lets go of what is kept for later streams; those that were handed over live on. */
    @Override
    public void close() {
        dialer.close();
    }
}
