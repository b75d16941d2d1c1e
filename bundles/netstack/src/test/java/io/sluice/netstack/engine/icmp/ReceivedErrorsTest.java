package io.sluice.netstack.engine.icmp;

import static io.sluice.netstack.engine.Exchange.CLIENT4;
import static io.sluice.netstack.engine.Exchange.CLIENT6;
import static io.sluice.netstack.engine.Exchange.FAR4;
import static io.sluice.netstack.engine.Exchange.FAR6;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.Exchange;
import io.sluice.wire.IcmpRepr;
import io.sluice.wire.Icmpv4;
import io.sluice.wire.Icmpv6;
import io.sluice.wire.Ip4Address;
import io.sluice.wire.IpAddress;
import io.sluice.wire.Ipv4Header;
import io.sluice.wire.PacketComposer;
import io.sluice.wire.UdpRepr;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * ICMP errors that we receive, up to the TCP connection, which judges the sequence number: cases TC-54, TC-55, TC-57.
 */
class ReceivedErrorsTest {

    /** A segment of ours as routers quote it: headers and little more. */
    private static byte[] quote(IpAddress from, IpAddress to, int protocol) {
        ByteBuffer packet = PacketComposer.udp(from, to, new UdpRepr(80, 40_000), new byte[20]);
        int at = from instanceof Ip4Address ? 20 : 40;
        packet.put(at == 20 ? 9 : 6, (byte) protocol).putInt(at + 4, 0x01020304);
        return Arrays.copyOf(packet.array(), at + 8);
    }

    private static ByteBuffer error(IpAddress router, IpAddress us, int type, int code, int rest, byte[] quote) {
        return PacketComposer.icmp(router, us, new IcmpRepr(type, code, rest), quote);
    }

    private static ByteBuffer about4(int type, int code, int rest) {
        return error(CLIENT4, FAR4, type, code, rest, quote(FAR4, CLIENT4, 6));
    }

    private static ByteBuffer about6(int type, int code, int rest) {
        return error(CLIENT6, FAR6, type, code, rest, quote(FAR6, CLIENT6, 6));
    }

    @Test
    void TC54_fragmentationNeeded_connectionToldNextHopMtu() {
        try (Exchange x = new Exchange()) {
            x.send(about4(Icmpv4.UNREACHABLE, Icmpv4.FRAGMENTATION_NEEDED, 1_400));
            assertThat(x.tcpErrors).containsExactly("soft mtu 1400 sequence " + 0x01020304);
        }
    }

    @ParameterizedTest
    @CsvSource({"0", "67"})
    void TC54_mtuBelow68_ignored(int mtu) {
        try (Exchange x = new Exchange()) {
            x.send(about4(Icmpv4.UNREACHABLE, Icmpv4.FRAGMENTATION_NEEDED, mtu));
            assertThat(x.tcpErrors).isEmpty();
            x.expectCounted(Counter.ICMP_ERRORS_REFUSED, 1);
        }
    }

    @Test
    void TC55_packetTooBigBelow1280_ignored() {
        try (Exchange x = new Exchange()) {
            x.send(about6(Icmpv6.PACKET_TOO_BIG, 0, 1_279)).send(about6(Icmpv6.PACKET_TOO_BIG, 0, 0));
            assertThat(x.tcpErrors).isEmpty();
            x.send(about6(Icmpv6.PACKET_TOO_BIG, 0, 1_280));
            assertThat(x.tcpErrors).containsExactly("soft mtu 1280 sequence " + 0x01020304);
            x.expectNothing();
        }
    }

    /** RFC 8021: what said that 1,279 octets are the path's MTU once got a fragment header into every packet, which then could be forged. */
    @ParameterizedTest
    @CsvSource({"0", "68", "1279", "1280"})
    void TC55_packetTooBig_noAtomicFragments(int mtu) {
        try (Exchange x = new Exchange()) {
            x.send(PacketComposer.udp(CLIENT6, FAR6, new UdpRepr(40_000, 80), new byte[1]));
            x.send(error(CLIENT6, FAR6, Icmpv6.PACKET_TOO_BIG, 0, mtu, quote(FAR6, CLIENT6, 17)));
            for (int octets : new int[] {1, 1_000, 1_280 - 48}) {
                var payload = io.netty.buffer.Unpooled.directBuffer().writeZero(octets);
                x.session().send(payload, 0, Exchange.socket(FAR6, 80));
                var packet = x.nextOctets();
                assertThat(packet.get(6)).as("next header").isEqualTo((byte) 17);
                assertThat(packet.limit()).isEqualTo(48 + octets);
            }
            x.expectNothing();
        }
    }

    @ParameterizedTest
    @CsvSource({"3,0,soft", "3,1,soft", "3,2,hard", "3,3,hard", "3,13,soft", "11,0,soft", "12,0,soft"})
    void TC57_v4_softOrHard(int type, int code, String kind) {
        try (Exchange x = new Exchange()) {
            x.send(about4(type, code, 0));
            assertThat(x.tcpErrors).containsExactly(kind + " mtu 0 sequence " + 0x01020304);
        }
    }

    @ParameterizedTest
    @CsvSource({"1,0,soft", "1,1,soft", "1,3,soft", "1,4,hard", "3,0,soft", "4,1,hard", "4,0,soft"})
    void TC57_v6_softOrHard(int type, int code, String kind) {
        try (Exchange x = new Exchange()) {
            x.send(about6(type, code, 0));
            assertThat(x.tcpErrors).containsExactly(kind + " mtu 0 sequence " + 0x01020304);
        }
    }

    @ParameterizedTest
    @CsvSource({"4,0", "5,1"})
    void sourceQuenchAndRedirect_ignored(int type, int code) {
        try (Exchange x = new Exchange()) {
            x.send(about4(type, code, 0));
            assertThat(x.tcpErrors).isEmpty();
        }
    }

    @Test
    void TC57_quoteFromSomeoneElse_ignored() {
        try (Exchange x = new Exchange()) {
            byte[] foreign = quote(Exchange.address("203.0.113.9"), CLIENT4, 6);
            x.send(error(CLIENT4, FAR4, Icmpv4.UNREACHABLE, Icmpv4.PORT_UNREACHABLE, 0, foreign));
            assertThat(x.tcpErrors).isEmpty();
            x.expectCounted(Counter.ICMP_ERRORS_REFUSED, 1);
        }
    }

    @Test
    void quoteCutShortOrOfLaterFragment_ignored() {
        try (Exchange x = new Exchange()) {
            byte[] quote = quote(FAR4, CLIENT4, 6);
            x.send(error(CLIENT4, FAR4, Icmpv4.UNREACHABLE, 3, 0, Arrays.copyOf(quote, 27)));
            Ipv4Header.putFlagsAndOffset(ByteBuffer.wrap(quote), 0, 1);
            x.send(error(CLIENT4, FAR4, Icmpv4.UNREACHABLE, 3, 0, quote));
            x.send(error(CLIENT6, FAR6, Icmpv6.UNREACHABLE, 4, 0, Arrays.copyOf(quote(FAR6, CLIENT6, 6), 47)));
            assertThat(x.tcpErrors).isEmpty();
            x.expectCounted(Counter.ICMP_ERRORS_REFUSED, 3).expectNothing();
        }
    }

    @Test
    void udpPortUnreachable_sessionLives() {
        try (Exchange x = new Exchange()) {
            x.send(PacketComposer.udp(CLIENT4, FAR4, new UdpRepr(40_000, 80), new byte[1]));
            x.send(error(CLIENT4, FAR4, Icmpv4.UNREACHABLE, 3, 0, quote(FAR4, CLIENT4, 17)));
            assertThat(x.ended).as("RFC 4787 REQ-12").isEmpty();
            x.expectCounted(Counter.ICMP_ERRORS_RECEIVED, 1).expectCounted(Counter.ICMP_ERRORS_REFUSED, 0);
        }
    }

    @Test
    void udpPacketTooBig_laterDatagramsAreCut() {
        try (Exchange x = new Exchange()) {
            x.send(PacketComposer.udp(CLIENT6, FAR6, new UdpRepr(40_000, 80), new byte[1]));
            x.send(error(CLIENT6, FAR6, Icmpv6.PACKET_TOO_BIG, 0, 1_300, quote(FAR6, CLIENT6, 17)));
            var payload = io.netty.buffer.Unpooled.directBuffer().writeZero(1_400);
            x.session().send(payload, 0, Exchange.socket(FAR6, 80));
            assertThat(x.nextOctets().limit()).isLessThanOrEqualTo(1_300);
            assertThat(x.nextOctets().get(6)).as("fragment header").isEqualTo((byte) 44);
        }
    }
}
