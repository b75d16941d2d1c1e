package io.sluice.proxyclient;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.fuzz.Feed;
import io.sluice.proxycodec.DatagramFraming;
import io.sluice.proxycodec.mux.XudpFraming;
import io.sluice.proxycodec.trojan.TrojanDatagrams;
import io.sluice.proxycodec.vless.LengthFraming;
import io.sluice.proxycodec.vmess.ChunkFraming;
import java.net.InetSocketAddress;
import java.util.Arrays;

/** Datagrams in a stream, as a server might send them. The first octet chooses the protocol. */
class DatagramsFuzzTest {

    private static final InetSocketAddress PEER = new InetSocketAddress("192.0.2.1", 53);

    private static DatagramFraming framing(int choice) {
        return switch (choice & 3) {
            case 0 -> new TrojanDatagrams();
            case 1 -> new LengthFraming(PEER);
            case 2 -> XudpFraming.opening();
            default -> new ChunkFraming(PEER);
        };
    }

    @FuzzTest
    void fromServer(byte[] octets) {
        byte[] rest = octets.length == 0 ? octets : Arrays.copyOfRange(octets, 1, octets.length);
        Counting counting = new Counting();
        try (Feed feed = Feed.of()) {
            ClientCounters counters = new ClientCounters();
            StreamDatagramPort port =
                    new StreamDatagramPort(feed.stream(), framing(octets.length == 0 ? 0 : octets[0]), counters);
            port.receiver(counting);
            feed.giveInPieces(rest).end();
            assertThat(port.closed().isDone()).as("closed behind the end").isTrue();
        }
        assertThat(counting.octets).isLessThanOrEqualTo(rest.length);
    }

    private static final class Counting implements DatagramReceiver {

        private long octets;

        @Override
        public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress from) {
            octets += payload.readableBytes();
            payload.release();
        }

        @Override
        public void batchComplete() {}

        @Override
        public void unreachable(InetSocketAddress peer, CloseReason reason) {}
    }
}
