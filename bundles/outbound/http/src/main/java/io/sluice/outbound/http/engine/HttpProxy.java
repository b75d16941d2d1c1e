package io.sluice.outbound.http.engine;

import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.transport.DialRequest;
import io.sluice.api.transport.SecuredStream;
import io.sluice.api.transport.StreamDialer;
import io.sluice.dialer.layer.LayerAttempt;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/** Opens streams through one proxy. Any thread. */
public final class HttpProxy {

    private final StreamDialer chain;
    private final String name;
    private final boolean named;
    private final String fields;
    private final HttpCounters counters = new HttpCounters();

    /**
     * @param name what error texts begin with
     * @param user empty for none
     * @param headers further fields, each as {@code Name: value}
     */
    public HttpProxy(StreamDialer chain, String name, String user, String password, List<String> headers) {
        this.chain = chain;
        this.name = name;
        this.named = !user.isEmpty();
        StringBuilder lines = new StringBuilder();
        if (named) {
            // RFC 7617 §2.1: UTF-8 where the server says nothing else.
            String credentials =
                    Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
            lines.append("Proxy-Authorization: Basic ").append(credentials).append("\r\n");
        }
        headers.forEach(h -> lines.append(h).append("\r\n"));
        this.fields = lines.toString();
    }

    /** As {@link io.sluice.api.outbound.Outbound#openStream}. */
    public Future<ByteStream> openStream(OpenRequest request) {
        InetSocketAddress destination = request.destination();
        if (!isCarriable(destination)) {
            return request.eventLoop()
                    .newFailedFuture(new ConnectException(
                            CloseReason.RESOLVE_FAILED,
                            "a request of HTTP carries names of letters, digits, dots, - and _; this one is not, port "
                                    + destination.getPort()));
        }
        String authority = authority(destination);
        DialRequest dial = DialRequest.of(request.flowId(), request.eventLoop(), request.timeout());
        Future<ByteStream> opening = LayerAttempt.start(
                chain,
                dial,
                name + ", asked for " + authority + ",",
                (lower, attempt) -> connect(authority, lower, attempt));
        opening.addListener(done -> count(done.isSuccess(), done.cause()));
        return opening;
    }

    private void connect(String authority, ByteStream lower, LayerAttempt attempt) {
        if (lower instanceof SecuredStream secured
                && secured.security().protocol().filter("h2"::equals).isPresent()) {
            attempt.fail(
                    CloseReason.PROXY_FAILED,
                    "chose HTTP/2, which is not spoken here: set alpn to \"http/1.1\" in tlsSettings");
        } else {
            lower.channel().pipeline().addLast(new ConnectHandshake(head(authority), named, lower, attempt, counters));
        }
    }

    private String head(String authority) {
        return "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n" + fields + "\r\n";
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
}
