package io.sluice.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.fuzz.Feed;
import java.util.HexFormat;
import java.util.Map;

/** gRPC: messages of a call, and what either side sends. */
class GrpcFuzzTest {

    private static final Map<String, ?> SETTINGS = Map.of("grpc.serviceName", "way", "grpc.multiMode", true);

    /** RFC 9113 §3.4, an empty SETTINGS, and HEADERS: POST, https, /way/TunMulti, authority "a", by RFC 7541. */
    private static final byte[] CALL = HexFormat.of()
            .parseHex("505249202a20485454502f322e300d0a0d0a534d0d0a0d0a" + "000000040000000000" + "000014" + "0104"
                    + "00000001" + "8387" + "040d2f7761792f54756e4d756c7469" + "010161");

    private final GrpcLayer layer = new GrpcLayer();

    /** Whatever lengths are announced, no more comes out than came in, and where it is cut makes no difference. */
    @FuzzTest
    void messages(byte[] octets) {
        long[] whole = new long[1];
        boolean good = read(new MessageReader(), octets, 0, octets.length, whole);
        long[] pieces = new long[1];
        MessageReader reader = new MessageReader();
        int half = octets.length / 2;
        boolean goodInPieces =
                read(reader, octets, 0, half, pieces) && read(reader, octets, half, octets.length, pieces);
        assertThat(goodInPieces).isEqualTo(good);
        assertThat(pieces[0]).isEqualTo(whole[0]).isLessThanOrEqualTo(octets.length);
    }

    private static boolean read(MessageReader reader, byte[] octets, int from, int to, long[] count) {
        ByteBuf in = Unpooled.wrappedBuffer(octets, from, to - from);
        try {
            reader.read(in, payload -> {
                count[0] += payload.readableBytes();
                payload.release();
            });
            return true;
        } catch (MessageReader.Malformed e) {
            return false;
        } finally {
            in.release();
        }
    }

    /** Nothing is known of who connects. */
    @FuzzTest
    void clientConnection(byte[] octets) {
        try (Feed feed = Feed.server(layer, SETTINGS)) {
            feed.giveInPieces(octets).end();
            assertThat(feed.received()).isLessThanOrEqualTo(octets.length);
        }
    }

    /** A call stands, as stream 1. */
    @FuzzTest
    void clientFrames(byte[] octets) {
        try (Feed feed = Feed.server(layer, SETTINGS)) {
            feed.give(CALL);
            assertThat(feed.streams()).isEqualTo(1);
            feed.giveInPieces(octets).end();
            assertThat(feed.received()).isLessThanOrEqualTo(octets.length);
        }
    }

    @FuzzTest
    void serverFrames(byte[] octets) {
        try (Feed feed = Feed.client(layer, SETTINGS)) {
            assertThat(feed.streams()).isEqualTo(1);
            feed.giveInPieces(octets).end();
            assertThat(feed.received()).isLessThanOrEqualTo(octets.length);
        }
    }
}
