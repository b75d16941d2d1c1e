package io.sluice.transport.websocket;

import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.transport.DialRequest;
import io.sluice.api.transport.LayerSettings;
import io.sluice.api.transport.StreamDialer;
import io.sluice.dialer.layer.LayerAttempt;
import io.sluice.proxycodec.http.HttpHead;
import io.sluice.proxycodec.http.UpgradeClient;
import io.sluice.proxycodec.http.UpgradePath;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The client's half. With early data a stream is handed over as soon as the one below stands; the request is sent with the first flush, and a
 * refusal of it comes as an exception of the channel.
 */
final class WebSocketDialer implements StreamDialer {

    private final StreamDialer below;
    private final UpgradePath path;
    private final String host;
    private final List<String> headers;
    private final Duration heartbeat;
    private final String task;

    WebSocketDialer(StreamDialer below, LayerSettings settings) {
        this.below = below;
        this.path = UpgradePath.of(settings.string("path").orElse("/"));
        String server = settings.host();
        this.host = host(settings, settings.string("host").orElse(server));
        this.headers = settings.strings("headers");
        this.heartbeat = Duration.ofSeconds(settings.integer("heartbeatPeriod", 0));
        this.task = "WebSocket with " + server + ":" + settings.endpoint().getPort();
    }

    private static String host(LayerSettings settings, String written) {
        try {
            return UpgradeClient.host(written);
        } catch (IllegalArgumentException e) {
            throw settings.refuse("host", "is neither a name nor an address");
        }
    }

    @Override
    public Future<ByteStream> dial(DialRequest request) {
        return LayerAttempt.start(below, request, task, (lower, attempt) -> {
            if (path.earlyData() > 0) {
                attempt.succeed(early(lower, request));
            } else {
                lower.channel().pipeline().addLast(upgrade(new byte[0], new UpgradeClient.Outcome() {
                    @Override
                    public void upgraded() {
                        attempt.succeed(WebSocketStream.install(lower, true, heartbeat));
                    }

                    @Override
                    public void refused(ChannelHandlerContext ctx, String predicate, Throwable cause) {
                        attempt.fail(CloseReason.PROXY_FAILED, "failed: the server " + predicate, cause);
                    }
                }));
            }
        });
    }

    private UpgradeClient upgrade(byte[] early, UpgradeClient.Outcome outcome) {
        String key = Key.fresh();
        List<String> own = new ArrayList<>();
        own.add("Sec-WebSocket-Version: 13");
        own.add("Sec-WebSocket-Key: " + key);
        if (early.length > 0) {
            own.add("Sec-WebSocket-Protocol: "
                    + Base64.getUrlEncoder().withoutPadding().encodeToString(early));
        }
        return new UpgradeClient(
                UpgradeClient.request(path, host, headers, own), answer -> check(answer, key), outcome);
    }

    private static Optional<String> check(HttpHead answer, String key) {
        return answer.value("Sec-WebSocket-Accept")
                        .filter(Key.accept(key)::equals)
                        .isPresent()
                ? Optional.empty()
                : Optional.of("accepted with a wrong Sec-WebSocket-Accept");
    }

    /** A stream whose handshake is still to come. */
    private ByteStream early(ByteStream lower, DialRequest request) {
        var pipeline = lower.channel().pipeline();
        EarlyGate[] gate = new EarlyGate[1];
        Frames frames = new Frames(true, heartbeat);
        gate[0] = new EarlyGate(
                path.earlyData(),
                first -> shake(first, gate[0], frames, lower, request),
                ctx -> refuse(
                        ctx,
                        lower,
                        CloseReason.PROXY_FAILED,
                        "failed: the server closed the connection without an answer"));
        pipeline.addLast(gate[0]);
        return new WebSocketStream(lower, frames, true);
    }

    private void shake(byte[] first, EarlyGate gate, Frames frames, ByteStream lower, DialRequest request) {
        var pipeline = lower.channel().pipeline();
        ChannelHandlerContext behind = pipeline.context(gate);
        ScheduledFuture<?> deadline = behind.executor()
                .schedule(
                        () -> refuse(behind, lower, CloseReason.CONNECT_TIMEOUT, "was not answered in time"),
                        request.remaining().toNanos(),
                        TimeUnit.NANOSECONDS);
        lower.channel().closeFuture().addListener(closed -> deadline.cancel(false));
        pipeline.addBefore(behind.name(), null, upgrade(first, new UpgradeClient.Outcome() {
            @Override
            public void upgraded() {
                deadline.cancel(false);
                pipeline.addBefore(behind.name(), null, frames);
                gate.open(behind);
            }

            @Override
            public void refused(ChannelHandlerContext ctx, String predicate, Throwable cause) {
                refuse(ctx, lower, CloseReason.PROXY_FAILED, "failed: the server " + predicate);
            }
        }));
    }

    private void refuse(ChannelHandlerContext ctx, ByteStream lower, CloseReason reason, String predicate) {
        ctx.fireExceptionCaught(new ConnectException(reason, task + " " + predicate));
        lower.reset();
    }

    @Override
    public void close() {
        below.close();
    }
}
