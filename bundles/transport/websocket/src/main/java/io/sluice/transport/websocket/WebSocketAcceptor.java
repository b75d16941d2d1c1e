package io.sluice.transport.websocket;

import io.netty.buffer.Unpooled;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.transport.Arrival;
import io.sluice.api.transport.LayerSettings;
import io.sluice.api.transport.StreamAcceptor;
import io.sluice.proxycodec.EarlyBytes;
import io.sluice.proxycodec.http.HttpHead;
import io.sluice.proxycodec.http.UpgradePath;
import io.sluice.proxycodec.http.UpgradeServer;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** The server's half. Early data is taken from whoever sends some, and its field sent back, as Xray does. */
final class WebSocketAcceptor implements StreamAcceptor {

    private static final String EARLY_DATA = "Sec-WebSocket-Protocol";

    private final StreamAcceptor above;
    private final UpgradePath path;
    private final Optional<String> host;
    private final Duration heartbeat;

    WebSocketAcceptor(StreamAcceptor above, LayerSettings settings) {
        this.above = above;
        this.path = UpgradePath.of(settings.string("path").orElse("/"));
        this.host = settings.string("host");
        this.heartbeat = Duration.ofSeconds(settings.integer("heartbeatPeriod", 0));
    }

    @Override
    public void accept(ByteStream lower, Arrival arrival) {
        lower.channel().pipeline().addLast(new UpgradeServer(path, host, new UpgradeServer.Protocol() {
            @Override
            public Optional<List<String>> answer(HttpHead request) {
                return WebSocketAcceptor.answer(request);
            }

            @Override
            public void upgraded(HttpHead request) {
                WebSocketStream stream = WebSocketStream.install(lower, false, heartbeat);
                byte[] early = earlyData(request);
                if (early.length > 0) {
                    lower.channel().pipeline().addLast(new EarlyBytes(Unpooled.wrappedBuffer(early), false));
                }
                above.accept(stream, arrival.at(path.path()));
            }

            @Override
            public void gaveUp(String why) {
                above.gaveUp(arrival, CloseReason.CLIENT_ABORTED, "WebSocket: the client " + why);
            }
        }));
    }

    private static Optional<List<String>> answer(HttpHead request) {
        Optional<String> key = request.value("Sec-WebSocket-Key").filter(Key::isOne);
        if (key.isEmpty() || !request.has("Sec-WebSocket-Version", "13")) {
            return Optional.empty();
        }
        String accept = "Sec-WebSocket-Accept: " + Key.accept(key.get());
        return Optional.of(
                earlyData(request).length == 0
                        ? List.of(accept)
                        : List.of(
                                accept,
                                EARLY_DATA + ": " + request.value(EARLY_DATA).orElseThrow()));
    }

    /** Base64 of either alphabet; what is none is a subprotocol that we have not. */
    private static byte[] earlyData(HttpHead request) {
        String text = request.value(EARLY_DATA).orElse("");
        try {
            return Base64.getUrlDecoder()
                    .decode(text.replace('+', '-').replace('/', '_').replace("=", ""));
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    @Override
    public void gaveUp(Arrival arrival, CloseReason reason, String sentence) {
        above.gaveUp(arrival, reason, sentence);
    }
}
