package io.sluice.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.fuzz.Feed;
import java.util.Map;

/** gRPC: messages of a call, and what a server sends. */
class GrpcFuzzTest {

    private static final Map<String, ?> SETTINGS = Map.of("grpc.serviceName", "way", "grpc.multiMode", true);

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

    @FuzzTest
    void serverFrames(byte[] octets) {
        try (Feed feed = Feed.client(layer, SETTINGS)) {
            assertThat(feed.streams()).isEqualTo(1);
            feed.giveInPieces(octets).end();
            assertThat(feed.received()).isLessThanOrEqualTo(octets.length);
        }
    }
}
