package io.sluice.netstack.engine.udp;

import static io.sluice.netstack.engine.Exchange.CLIENT4;
import static io.sluice.netstack.engine.Exchange.CLIENT6;
import static io.sluice.netstack.engine.Exchange.FAR4;
import static io.sluice.netstack.engine.Exchange.FAR6;
import static io.sluice.netstack.engine.Exchange.socket;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.Exchange;
import io.sluice.wire.Ip4Address;
import io.sluice.wire.IpAddress;
import io.sluice.wire.UdpHeader;
import io.sluice.wire.Verdict;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Case TC-64: checksums and lengths of UDP. */
class UdpChecksumTest {

    private static ByteBuffer request(IpAddress client) {
        return UdpSessionTest.datagram(client, 5000, client instanceof Ip4Address ? FAR4 : FAR6, 53, "question");
    }

    @Test
    void TC64_zeroChecksum_v4AcceptedV6Dropped() {
        try (Exchange x = new Exchange()) {
            x.send(request(CLIENT4).putShort(26, (short) 0));
            assertThat(x.received).hasSize(1);
            x.send(request(CLIENT6).putShort(46, (short) 0));
            assertThat(x.received).hasSize(1);
            assertThat(x.engine.counters().of(Verdict.ZERO_CHECKSUM)).isEqualTo(1);
        }
    }

    @Test
    void TC64_wrongChecksum_dropped() {
        try (Exchange x = new Exchange()) {
            x.send(request(CLIENT4).put(30, (byte) '!')).send(request(CLIENT6).put(50, (byte) '!'));
            assertThat(x.received).isEmpty();
            assertThat(x.engine.counters().of(Verdict.BAD_CHECKSUM)).isEqualTo(2);
        }
    }

    @Test
    void TC64_lengthField_beyondPacketOrBelowHeader_dropped() {
        try (Exchange x = new Exchange()) {
            x.send(request(CLIENT4).putShort(24, (short) 17))
                    .send(request(CLIENT6).putShort(44, (short) 17));
            assertThat(x.engine.counters().of(Verdict.TRUNCATED)).isEqualTo(2);
            x.send(request(CLIENT4).putShort(24, (short) 7));
            assertThat(x.engine.counters().of(Verdict.BAD_LENGTH)).isEqualTo(1);
            assertThat(x.received).isEmpty();
            x.expectNothing();
        }
    }

    @Test
    void TC64_emptyDatagram_bothWays() {
        try (Exchange x = new Exchange()) {
            x.send(UdpSessionTest.datagram(CLIENT4, 5000, FAR4, 53, ""));
            assertThat(x.received.getFirst().octets()).isEmpty();
            x.session().send(Unpooled.EMPTY_BUFFER, 0, socket(FAR4, 53));
            x.session().flush();
            assertThat(UdpSessionTest.payload(x.nextOctets(), FAR4, 53, CLIENT4, 5000))
                    .isEmpty();
        }
    }

    static Stream<Arguments> largest() {
        return Stream.of(Arguments.of(CLIENT4, FAR4, 65_507), Arguments.of(CLIENT6, FAR6, 65_507));
    }

    /** What we send in fragments goes back in as the client's own: both ways are tested at once. */
    @ParameterizedTest
    @MethodSource("largest")
    void TC64_largestDatagram_fragmentedOutAndReassembledIn(IpAddress client, IpAddress far, int octets) {
        byte[] payload = new byte[octets];
        new Random(1).nextBytes(payload);
        List<ByteBuffer> fragments = new ArrayList<>();
        try (Exchange x = new Exchange()) {
            x.send(UdpSessionTest.datagram(far, 53, client, 5000, "roles reversed"));
            x.session().send(Unpooled.copiedBuffer(payload), 0, socket(client, 5000));
            while (!x.queue.packets.isEmpty()) {
                ByteBuffer fragment = x.nextOctets();
                assertThat(fragment.limit()).isLessThanOrEqualTo(1_500);
                fragments.add(fragment);
            }
        }
        try (Exchange x = new Exchange()) {
            for (ByteBuffer fragment : fragments) {
                assertThat(x.received).isEmpty();
                x.send(fragment);
            }
            assertThat(x.received.getFirst().octets()).isEqualTo(payload);
            assertThat(x.received.getFirst().peer()).isEqualTo(socket(far, 53));
            x.expectCounted(Counter.IP_REASSEMBLED, 1);
            assertThat(x.engine.memory().usedBytes()).isZero();
        }
    }

    @Test
    void TC64_tooLongForAnyPacket_dropped() {
        try (Exchange x = new Exchange()) {
            x.send(request(CLIENT4));
            x.session().send(Unpooled.buffer().writeZero(65_508), 0, socket(FAR4, 53));
            x.expectNothing().expectCounted(Counter.UDP_SEND_DROPPED, 1);
        }
    }

    @Test
    void TC64_checksumThatComputesToZero_sentAsOnes() {
        try (Exchange x = new Exchange()) {
            x.send(request(CLIENT4));
            for (int value = 0; value <= 0xffff; value++) {
                x.session().send(Unpooled.directBuffer(2).writeShort(value), 0, socket(FAR4, 53));
                assertThat(UdpHeader.checksum(x.nextOctets(), 20)).isNotZero();
            }
        }
    }
}
