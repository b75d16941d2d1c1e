package io.sluice.proxycodec.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.sluice.fuzz.Feed;
import io.sluice.proxycodec.Pieces;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** The head of an answer or request, and the upgrade from either side: first packets, and what comes behind them. */
class HttpHeadFuzzTest {

    @FuzzTest
    void head(byte[] octets) {
        Pieces.message(octets, HttpHeadFuzzTest::read);
    }

    private static Object read(ByteBuf in) {
        int before = in.readableBytes();
        try {
            HttpHead head = HttpHead.read(in);
            if (head != null) {
                assertThat(before - in.readableBytes()).isLessThanOrEqualTo(HttpHead.MOST);
                head.status();
                head.request();
                head.has("Connection", "upgrade");
            }
            return head;
        } catch (MalformedHttpException e) {
            return "malformed";
        }
    }

    @FuzzTest
    void path(byte[] octets) {
        String written = new String(octets, StandardCharsets.ISO_8859_1);
        UpgradePath path = UpgradePath.of(written);
        assertThat(path.target()).startsWith("/");
        assertThat(path.matches(path.target())).isTrue();
    }

    @FuzzTest
    void request(byte[] octets) {
        boolean[] over = new boolean[1];
        try (Feed feed = Feed.of()) {
            feed.stream()
                    .channel()
                    .pipeline()
                    .addLast(new UpgradeServer(
                            UpgradePath.of("/way"), Optional.of("server.example"), new UpgradeServer.Protocol() {
                                @Override
                                public Optional<List<String>> answer(HttpHead request) {
                                    return request.value("X-Missing").isPresent()
                                            ? Optional.empty()
                                            : Optional.of(List.of());
                                }

                                @Override
                                public void upgraded(HttpHead request) {
                                    once(over);
                                }

                                @Override
                                public void gaveUp(String why) {
                                    assertThat(why).isNotEmpty();
                                    once(over);
                                }
                            }));
            feed.giveInPieces(octets).end();
        }
        assertThat(over[0]).isTrue();
    }

    @FuzzTest
    void answer(byte[] octets) {
        boolean[] over = new boolean[1];
        try (Feed feed = Feed.of()) {
            feed.stream()
                    .channel()
                    .pipeline()
                    .addLast(new UpgradeClient(
                            "GET /way HTTP/1.1\r\n\r\n", _ -> Optional.empty(), new UpgradeClient.Outcome() {
                                @Override
                                public void upgraded() {
                                    once(over);
                                }

                                @Override
                                public void refused(ChannelHandlerContext ctx, String predicate, Throwable cause) {
                                    assertThat(predicate).isNotEmpty();
                                    once(over);
                                    ctx.close();
                                }
                            }));
            feed.giveInPieces(octets).end();
        }
        assertThat(over[0]).isTrue();
    }

    private static void once(boolean[] over) {
        assertThat(over[0]).as("told before").isFalse();
        over[0] = true;
    }

    /** Whatever is cut off the front of a stream, nothing is lost of what is behind. */
    @FuzzTest
    void behindTheHead(byte[] octets) throws MalformedHttpException {
        ByteBuf in = Unpooled.copiedBuffer("HTTP/1.1 200 OK\r\n\r\n", StandardCharsets.US_ASCII);
        try {
            in.writeBytes(octets);
            assertThat(HttpHead.read(in)).isNotNull();
            assertThat(in.readableBytes()).isEqualTo(octets.length);
        } finally {
            in.release();
        }
    }
}
