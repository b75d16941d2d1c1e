package io.sluice.outbound.dns.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.api.outbound.ConnectException;
import io.sluice.fuzz.Feed;
import io.sluice.fuzz.MemoryStream;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;

/** The {@code dns} outbound: what a client asks, in datagrams and in a stream, and what a server answers. */
class DnsProxyFuzzTest {

    private static final InetSocketAddress SERVER = new InetSocketAddress("192.0.2.53", 53);

    /** RFC 1035 §4.1: id 7, one question, a.test of type A. */
    private static final byte[] QUESTION = HexFormat.of()
            .parseHex("0007" + "0100" + "0001" + "0000" + "0000" + "0000" + "01610474657374000001" + "0001");

    /** As without any of the configuration's: addresses are asked for, the rest is refused. */
    private static final DnsRules RULES = DnsRules.of(List.of());

    /** Never refuses and never answers of itself. */
    private static final class Silent implements Upstream {

        private int asked;

        @Override
        public void ask(ByteBuf query) {
            asked++;
            query.release();
        }

        @Override
        public void flush() {}

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public void reading(boolean wanted) {}

        @Override
        public void close() {}
    }

    /** Counts what comes back. */
    private static final class Counting implements DatagramReceiver {

        private int longest;

        @Override
        public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress from) {
            longest = Math.max(longest, payload.readableBytes());
            payload.release();
        }

        @Override
        public void batchComplete() {}

        @Override
        public void unreachable(InetSocketAddress peer, CloseReason reason) {}
    }

    @FuzzTest
    void question(byte[] octets) {
        EmbeddedChannel loop = new EmbeddedChannel();
        Silent silent = new Silent();
        Counting client = new Counting();
        DnsAssociation association = new DnsAssociation(loop.eventLoop(), RULES, new DnsCounters(), (_, _) -> silent);
        association.receiver(client);
        association.send(Unpooled.copiedBuffer(octets), 0, SERVER);
        association.flush();
        association.close(CloseReason.FINISHED);
        assertThat(silent.asked).isLessThanOrEqualTo(1);
        loop.finishAndReleaseAll();
    }

    /** Several questions, each behind its length, cut anywhere. */
    @FuzzTest
    void questions(byte[] octets) {
        EmbeddedChannel channel = new EmbeddedChannel(StreamUpstream.messages());
        int step = 1 + octets.length / 7;
        for (int at = 0; at < octets.length && channel.isOpen(); at += step) {
            channel.writeInbound(Unpooled.copiedBuffer(octets, at, Math.min(step, octets.length - at)));
            for (ByteBuf one = channel.readInbound(); one != null; one = channel.readInbound()) {
                Query query = Query.read(one);
                if (query != null && RULES.fate(query) instanceof DnsRules.Fate.Answer(int rcode)) {
                    ReferenceCountUtil.release(query.answer(channel.alloc(), rcode));
                }
                one.release();
            }
        }
        channel.finishAndReleaseAll();
    }

    /** Of a server, to a client that asked by a datagram. */
    @FuzzTest
    void answer(byte[] octets) {
        EmbeddedChannel loop = new EmbeddedChannel();
        Upstream.Asker[] asker = new Upstream.Asker[1];
        Counting client = new Counting();
        DnsAssociation association = new DnsAssociation(loop.eventLoop(), RULES, new DnsCounters(), (_, who) -> {
            asker[0] = who;
            return new Silent();
        });
        association.receiver(client);
        association.send(Unpooled.copiedBuffer(QUESTION), 0, SERVER);
        asker[0].answered(Unpooled.copiedBuffer(octets));
        association.close(CloseReason.FINISHED);
        assertThat(client.longest).isLessThanOrEqualTo(Math.max(512, Math.min(octets.length, 512)));
        loop.finishAndReleaseAll();
    }

    /** Of a server, in a stream. */
    @FuzzTest
    void answers(byte[] octets) {
        long[] received = new long[1];
        try (Feed feed = Feed.of()) {
            MemoryStream stream = feed.stream();
            StreamUpstream server = new StreamUpstream(
                    SERVER,
                    () -> stream.channel().eventLoop().newSucceededFuture(stream),
                    new Upstream.Asker() {
                        @Override
                        public void answered(ByteBuf answer) {
                            received[0] += answer.readableBytes();
                            answer.release();
                        }

                        @Override
                        public void writable() {}

                        @Override
                        public void failed(ConnectException cause) {
                            assertThat(cause.getMessage()).isNotEmpty();
                        }
                    },
                    new DnsCounters());
            server.ask(Unpooled.copiedBuffer(QUESTION));
            feed.giveInPieces(octets).end();
            server.close();
        }
        assertThat(received[0]).isLessThanOrEqualTo(octets.length);
    }
}
