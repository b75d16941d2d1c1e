package io.sluice.transport.httpupgrade;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.sluice.fuzz.Feed;
import java.util.Map;

/** HTTPUpgrade from either side; behind the upgrade every octet is the stream's. */
class HttpUpgradeFuzzTest {

    private static final Map<String, ?> SETTINGS = Map.of("httpupgrade.path", "/way");

    private final HttpUpgradeLayer layer = new HttpUpgradeLayer();

    @FuzzTest
    void request(byte[] octets) {
        try (Feed feed = Feed.server(layer, SETTINGS)) {
            feed.giveInPieces(octets).end();
            assertThat(feed.received()).isLessThanOrEqualTo(octets.length);
        }
    }

    @FuzzTest
    void answer(byte[] octets) {
        try (Feed feed = Feed.client(layer, SETTINGS)) {
            feed.giveInPieces(octets).end();
            assertThat(feed.received()).isLessThanOrEqualTo(octets.length);
        }
    }

    @FuzzTest
    void behindTheUpgrade(byte[] octets) {
        try (Feed feed = Feed.client(layer, SETTINGS)) {
            feed.give("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
                    .giveInPieces(octets)
                    .end();
            assertThat(feed.received()).isEqualTo(octets.length);
        }
    }
}
