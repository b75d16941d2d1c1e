package io.sluice.netstack.engine.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.netstack.CongestionAlgorithm;
import io.sluice.api.netstack.StackConfig;
import io.sluice.api.netstack.TcpSettings;
import io.sluice.api.tun.PacketOffload;
import io.sluice.netstack.engine.CapturedQueue;
import io.sluice.netstack.engine.Counter;
import io.sluice.wire.TcpHeader;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a flood of SYNs costs, and that nobody else pays for it: {@link Admission}, {@link SynCookies}. */
@ExtendWith({ConversationEnd.class, WithoutLeakDetector.class})
@DisplayNameGeneration(CaseNames.class)
class SynFloodTest {

    private static final int BOUND = 120;
    private static final int STRANGERS = BOUND / 4;
    private static final int CLIENT = BOUND / 3;
    private static final int SOURCE = 12;
    private static final int SOURCE_PORT = 20;

    private final PacketOffload offloaded = new PacketOffload();
    private final ByteBuf syn = Unpooled.directBuffer();

    @AfterEach
    void release() {
        syn.release();
    }

    /** The dials of the flood never end. */
    private static Conversation.Options hanging(int bound) {
        Conversation.Options options = new Conversation.Options();
        options.limits = new StackConfig("tun", List.of(), 65_536, bound, 10, Duration.ofMinutes(5));
        options.accept = false;
        return options;
    }

    private void flood(Conversation c, int syns, Random random) {
        if (!syn.isReadable()) {
            syn.writeBytes(Seg.syn().scale(7).sackPermitted(true).packet(1, Conversation.SERVER, 1, 80, 5, 0));
        }
        for (int i = 0; i < syns; i++) {
            int source = 0x0b00_0000 | random.nextInt(1 << 24);
            // only the IP checksum is to be right: that of the segment is left to the device
            syn.setInt(SOURCE, source);
            syn.setShort(4, 0);
            syn.setShort(10, 0);
            int sum = 0;
            for (int at = 0; at < 20; at += 2) {
                sum += syn.getUnsignedShort(at);
            }
            sum = (sum & 0xffff) + (sum >>> 16);
            syn.setShort(10, ~(sum + (sum >>> 16)));
            syn.setShort(SOURCE_PORT, 1_024 + random.nextInt(60_000));
            c.engine.input(syn, offloaded.set(io.sluice.api.tun.Segmentation.NONE, 0, true, 0), c.engine.nowNanos());
        }
        c.engine.batchComplete(c.engine.nowNanos());
    }

    /** Everything a cookie's SYN, ACK needs of the conversation. */
    private static Seg cookie(Conversation c) {
        c.serverIsn = 0;
        return c.take(Seg.synAck().ack(1));
    }

    private static Conversation flooded() {
        Conversation c = new Conversation(hanging(BOUND));
        Random random = new Random(1);
        new SynFloodTest().flood(c, 10 * BOUND, random);
        c.queue.packets.clear();
        return c;
    }

    @Test
    void strangers_quarterOfTheBound_restGetCookies() {
        Conversation c = new Conversation(hanging(BOUND));
        flood(c, 1_000, new Random(1));
        assertThat(c.tcp.halfOpen()).isEqualTo(STRANGERS);
        c.expectCounted(Counter.TCP_SYN_COOKIES_SENT, 1_000 - STRANGERS);
        assertThat(c.queue.packets).hasSize(1_000 - STRANGERS);
    }

    @Test
    @Tag("TC-12")
    void limit_cookiesBounded_restSilent_countedAndOthersUnaffected() {
        Conversation c = new Conversation(hanging(BOUND));
        c.send(Seg.syn());
        c.accept().expect(Seg.synAck()).send(Seg.ack().seq(1).ack(1));
        c.options.accept = false;
        flood(c, STRANGERS + TcpLimits.COOKIES_PER_SECOND + 500, new Random(1));
        c.expectCounted(Counter.SYN_DROPPED_HALF_OPEN_LIMIT, 500);
        c.queue.packets.clear();
        c.send(Seg.data("x").seq(1).ack(1)).expectReceived("x");
        c.write("y").expect(Seg.data("y"));
        // a second later there are cookies again
        c.at(1_001);
        c.queue.packets.clear();
        flood(c, 10, new Random(2));
        assertThat(c.queue.packets).hasSize(10);
    }

    private static StackConfig aborting(int maxConnections, int bound) {
        return new StackConfig("tun", List.of(), maxConnections, bound, 10, Duration.ofMinutes(5))
                .with(new TcpSettings(CongestionAlgorithm.CUBIC, true, 552));
    }

    @Test
    @Tag("TC-12")
    void limit_resetConfigured_rstCountedAndOthersUnaffected() {
        Conversation.Options options = hanging(BOUND);
        options.limits = aborting(65_536, BOUND);
        Conversation c = new Conversation(options);
        c.send(Seg.syn());
        c.accept().expect(Seg.synAck()).send(Seg.ack().seq(1).ack(1));
        c.options.accept = false;
        flood(c, STRANGERS + TcpLimits.COOKIES_PER_SECOND + 500, new Random(1));
        c.expectCounted(Counter.SYN_DROPPED_HALF_OPEN_LIMIT, 500).expectCounted(Counter.TCP_RESETS_SENT, 500);
        assertThat(c.queue.packets).hasSize(TcpLimits.COOKIES_PER_SECOND + 500);
        c.queue.packets.clear();
        c.send(Seg.data("x").seq(1).ack(1)).expectReceived("x");
        c.write("y").expect(Seg.data("y"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Tag("TC-12")
    void connectionLimit_silenceOrRst_asConfigured(boolean abort) {
        Conversation.Options options = new Conversation.Options();
        options.limits =
                abort ? aborting(1, BOUND) : new StackConfig("tun", List.of(), 1, BOUND, 10, Duration.ofMinutes(5));
        Conversation c = new Conversation(options);
        c.send(Seg.syn()).expect(Seg.synAck()).send(Seg.ack().seq(1).ack(1));
        c.options.clientPort = 40_001;
        c.serverIsn = 0;
        c.send(Seg.syn());
        if (abort) {
            c.expect(Seg.rstAck().seq(0).ack(1));
        }
        c.expectNothing().expectCounted(Counter.SYN_DROPPED_CONNECTION_LIMIT, 1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Tag("TC-12")
    void cookieWithoutRoom_silenceOrRst_asConfigured(boolean abort) {
        Conversation.Options options = hanging(4);
        options.limits = options.limits.with(new TcpSettings(CongestionAlgorithm.CUBIC, abort, 552));
        Conversation c = new Conversation(options);
        flood(c, 1, new Random(1));
        c.queue.packets.clear();
        c.send(Seg.syn());
        cookie(c);
        int first = c.serverIsn;
        // A second connection of the client takes the only place that one client may have of four.
        c.options.clientPort = 40_001;
        c.send(Seg.syn());
        cookie(c);
        c.send(Seg.ack().seq(1).ack(1)).expectNothing();
        assertThat(c.offers).hasSize(2);
        c.options.clientPort = 40_000;
        c.serverIsn = first;
        c.send(Seg.ack().seq(1).ack(1));
        if (abort) {
            c.expect(Seg.rst().seq(1));
        }
        c.expectNothing().expectCounted(Counter.SYN_DROPPED_HALF_OPEN_LIMIT, 1);
    }

    @Test
    void cookie_answeredWithTimestamps_everythingNegotiated() {
        Conversation c = flooded();
        c.send(Seg.syn().scale(9).sackPermitted(true).ts(500, 0).mss(1_400).flag(TcpHeader.ECE | TcpHeader.CWR));
        Seg synAck = c.take(Seg.synAck()
                .ack(1)
                .flag(TcpHeader.ECE)
                .mss(1_460)
                .scale(7)
                .sackPermitted(true)
                .echo(500));
        int offers = c.offers.size();
        c.send(Seg.ack().seq(1).ack(1).window(100).ts(501, synAck.tsValue)).expectNothing();
        assertThat(c.offers).hasSize(offers + 1);
        c.accept().expectNothing().expectState(TcpState.ESTABLISHED);
        assertThat(c.connection.sender.segmentSize()).isEqualTo(1_400 - 12);
        assertThat(c.connection.sender.peerWindow().bytes()).isEqualTo(100 << 9);
        assertThat(c.connection.sackEnabled).isTrue();
        assertThat(c.connection.ecn.isEnabled()).isTrue();
        c.at(50).send(Seg.data("hello").seq(1).ack(1).ts(540, synAck.tsValue)).expectReceived("hello");
        c.write("world").expect(Seg.data("world").seq(1).ack(6).codepoint(2).echo(540));
    }

    @Test
    void cookie_answeredWithoutTimestamps_plainConnection() {
        Conversation c = flooded();
        c.send(Seg.syn().scale(9).sackPermitted(true).mss(1_452));
        Seg synAck = cookie(c);
        assertThat(synAck.scale).isEqualTo(-1);
        assertThat(synAck.sackPermitted).isFalse();
        c.send(Seg.ack().seq(1).ack(1).window(30_000)).accept().expectState(TcpState.ESTABLISHED);
        assertThat(c.connection.sender.segmentSize()).isEqualTo(1_440);
        assertThat(c.connection.sender.peerWindow().bytes()).isEqualTo(30_000);
        c.writeBulk('x', 1_440).expect(Seg.ack().seq(1).length(1_440));
    }

    @Test
    void cookie_dataBeforeTheDialEnds_repeatedByTheClientAndTaken() {
        Conversation c = flooded();
        c.send(Seg.syn());
        cookie(c);
        c.send(Seg.data("GET").seq(1).ack(1))
                .send(Seg.data("GET").seq(1).ack(1))
                .expectNothing();
        c.accept().at(300).send(Seg.data("GET").seq(1).ack(1)).expectReceived("GET");
    }

    @Test
    void cookie_dialRefused_rstTheClientBelieves() {
        Conversation c = flooded();
        c.send(Seg.syn());
        cookie(c);
        c.send(Seg.ack().seq(1).ack(1));
        c.offers.getLast().reject(CloseReason.CONNECT_REFUSED);
        c.expect(Seg.rstAck().seq(1).ack(1));
    }

    @Test
    void cookie_guessed_rst() {
        Conversation c = flooded();
        int offers = c.offers.size();
        Random random = new Random(3);
        for (int i = 0; i < 10_000; i++) {
            c.send(Seg.ack().seq(1).ack(random.nextInt()));
        }
        assertThat(c.offers).hasSize(offers);
        c.expectCounted(Counter.TCP_RESETS_SENT, 10_000);
    }

    @Test
    void cookie_old_rst() {
        Conversation c = flooded();
        c.send(Seg.syn());
        cookie(c);
        c.at(200_000).queue.packets.clear();
        c.send(Seg.ack().seq(1).ack(1)).expect(Seg.rst().seq(1));
    }

    @Test
    void knownClient_duringFlood_dialledBeforeTheAnswer() {
        Conversation c = new Conversation(hanging(BOUND));
        c.send(Seg.syn());
        c.accept().expect(Seg.synAck()).send(Seg.ack().seq(1).ack(1));
        flood(c, 10 * BOUND, new Random(1));
        c.queue.packets.clear();
        c.options.clientPort = 40_001;
        c.serverIsn = 0;
        int offers = c.offers.size();
        c.send(Seg.syn()).expectNothing();
        assertThat(c.offers).hasSize(offers + 1);
        c.accept().expect(Seg.synAck().ack(1));
    }

    /** Dials that are refused at once never pile up; they are work all the same. */
    @Test
    void strangers_dialsEndAtOnce_wholeLanASecond() {
        Conversation.Options options = hanging(8_192);
        options.acceptor = offer -> offer.reject(CloseReason.CONNECT_REFUSED);
        Conversation c = new Conversation(options);
        Random random = new Random(5);
        for (int millisecond = 1; millisecond <= 5_000; millisecond++) {
            c.at(millisecond);
            flood(c, 10, random);
            c.queue.packets.clear();
            c.offers.clear();
        }
        // Those of the first moment, and of five seconds.
        assertThat(c.engine.counters().of(Counter.TCP_CONNECTIONS_OFFERED)).isBetween(6 * 256L - 10, 6 * 256L);
    }

    @Test
    void oneClient_thirdOfTheBound_othersAreOffered() {
        Conversation c = new Conversation(hanging(BOUND));
        c.send(Seg.syn());
        c.accept().expect(Seg.synAck()).send(Seg.ack().seq(1).ack(1));
        for (int port = 1; port <= BOUND; port++) {
            c.options.clientPort = port;
            c.send(Seg.syn());
        }
        assertThat(c.tcp.halfOpen()).isEqualTo(CLIENT);
    }

    /** 50,000 SYNs a second for 30 s, while a flow is served at every millisecond. */
    @Test
    void flood_thirtySeconds_flowsServedMemoryBoundedRecoveryAtOnce() {
        Conversation c = new Conversation(hanging(8_192));
        c.send(Seg.syn());
        c.accept().expect(Seg.synAck()).send(Seg.ack().seq(1).ack(1));
        Random random = new Random(4);
        System.gc();
        long before = used();
        long begun = System.nanoTime();
        for (int millisecond = 1; millisecond <= 30_000; millisecond++) {
            c.at(millisecond);
            flood(c, 50, random);
            c.queue.packets.clear();
            if (millisecond % 10 == 0) {
                c.write("y");
                CapturedQueue.Packet answer = c.queue.packets.peek();
                assertThat(answer).as("a flow of before").isNotNull();
                c.expect(Seg.data("y")).send(Seg.ack().seq(1).ack(1 + millisecond / 10));
            }
        }
        System.out.printf("SYN flood: %.0f ns a SYN%n", (System.nanoTime() - begun) / 1.5e6);
        assertThat(c.tcp.halfOpen()).isLessThanOrEqualTo(8_192 / 3);
        System.gc();
        assertThat(used() - before).as("octets of heap").isLessThan(16 << 20);
        // recovery: who comes 100 ms later, and was here before, is served at once (strangers: with a cookie)
        c.at(30_100).queue.packets.clear();
        c.options.clientPort = 50_000;
        c.send(Seg.syn());
        c.serverIsn = 0;
        c.accept().expect(Seg.synAck().ack(1));
        c.send(Seg.data("hello").seq(1).ack(1)).expectReceived("hello");
    }

    private static long used() {
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
