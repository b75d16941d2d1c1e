package io.sluice.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.sluice.fuzz.Feed;
import java.util.Map;

/** WebSocket from either side: the handshake, and frames in the middle of a stream. */
class WebSocketFuzzTest {

    private static final String REQUEST =
            "GET /way HTTP/1.1\r\nHost: server.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

    private static final Map<String, ?> SETTINGS = Map.of("websocket.path", "/way", "websocket.heartbeatPeriod", 5);

    private static final String KEY = "Sec-WebSocket-Key: ";

    private final WebSocketLayer layer = new WebSocketLayer();

    @FuzzTest
    void request(byte[] octets) {
        try (Feed feed = Feed.server(layer, SETTINGS)) {
            feed.giveInPieces(octets).end();
            // Early data is base64: three octets of four.
            assertThat(feed.received()).isLessThanOrEqualTo(octets.length);
        }
    }

    @FuzzTest
    void clientFrames(byte[] octets) {
        try (Feed feed = Feed.server(layer, SETTINGS)) {
            feed.give(REQUEST).giveInPieces(octets).end();
            assertThat(feed.streams()).isEqualTo(1);
            assertThat(feed.received()).isLessThanOrEqualTo(octets.length);
        }
    }

    @FuzzTest
    void answer(byte[] octets) {
        try (Feed feed = Feed.client(layer, SETTINGS)) {
            feed.giveInPieces(octets).end();
            assertThat(feed.streams()).as("a server that does not know the key").isZero();
        }
    }

    @FuzzTest
    void serverFrames(byte[] octets) {
        try (Feed feed = Feed.client(layer, SETTINGS)) {
            String request = feed.written();
            int at = request.indexOf(KEY) + KEY.length();
            feed.give(
                            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                                    + Key.accept(request.substring(at, request.indexOf("\r\n", at))) + "\r\n\r\n")
                    .giveInPieces(octets)
                    .end();
            assertThat(feed.streams()).isEqualTo(1);
            assertThat(feed.received()).isLessThanOrEqualTo(octets.length);
        }
    }
}
