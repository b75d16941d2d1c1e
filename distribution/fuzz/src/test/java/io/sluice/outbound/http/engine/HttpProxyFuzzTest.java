package io.sluice.outbound.http.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.transport.Security;
import io.sluice.fuzz.Feed;
import io.sluice.fuzz.MemoryStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What a proxy may answer to CONNECT, in HTTP/1.1 and HTTP/2. */
class HttpProxyFuzzTest {

    private static final InetSocketAddress FAR = InetSocketAddress.createUnresolved("far.example", 443);

    private static Feed asked(boolean http2) {
        Feed feed = Feed.of();
        ByteStream lower = http2
                ? feed.stream()
                        .secured(new Security("TLSv1.3", "TLS_AES_128_GCM_SHA256", Optional.empty(), Optional.of("h2")))
                : feed.stream();
        HttpProxy proxy = new HttpProxy(MemoryStream.dialer(lower), "HTTP proxy", "alice", "secret", List.of());
        feed.opening(proxy.openStream(new OpenRequest(
                1,
                new FlowSource(Network.TCP, "in", new InetSocketAddress("192.0.2.1", 4_000), FAR, Optional.empty()),
                FAR,
                lower.channel().eventLoop(),
                Duration.ofSeconds(8))));
        return feed;
    }

    @FuzzTest
    void answer(byte[] octets) {
        try (Feed feed = asked(false)) {
            feed.giveInPieces(octets).end();
            assertThat(feed.received()).isLessThanOrEqualTo(octets.length);
        }
    }

    @FuzzTest
    void http2Answer(byte[] octets) {
        try (Feed feed = asked(true)) {
            feed.giveInPieces(octets).end();
            assertThat(feed.received()).isLessThanOrEqualTo(octets.length);
        }
    }
}
