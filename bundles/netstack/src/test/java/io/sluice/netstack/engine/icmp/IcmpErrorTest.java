package io.sluice.netstack.engine.icmp;

import static io.sluice.netstack.engine.Exchange.CLIENT4;
import static io.sluice.netstack.engine.Exchange.CLIENT6;
import static io.sluice.netstack.engine.Exchange.FAR4;
import static io.sluice.netstack.engine.Exchange.FAR6;
import static io.sluice.netstack.engine.Exchange.GATEWAY4;
import static io.sluice.netstack.engine.Exchange.GATEWAY6;
import static io.sluice.netstack.engine.Exchange.socket;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.sluice.api.flow.CloseReason;
import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.Exchange;
import io.sluice.netstack.engine.udp.UdpSession;
import io.sluice.wire.Checksums;
import io.sluice.wire.Icmp;
import io.sluice.wire.IcmpRepr;
import io.sluice.wire.Icmpv4;
import io.sluice.wire.Icmpv6;
import io.sluice.wire.Ip4Address;
import io.sluice.wire.IpAddress;
import io.sluice.wire.IpProtocol;
import io.sluice.wire.Ipv4Header;
import io.sluice.wire.Ipv6Header;
import io.sluice.wire.PacketComposer;
import io.sluice.wire.UdpRepr;
import io.sluice.wire.Verdict;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** ICMP errors that we send: cases TC-58, and TC-59 and TC-65 as far as hop limits go. */
class IcmpErrorTest {

    private static Exchange refusing(CloseReason reason) {
        Exchange.Options options = new Exchange.Options();
        options.udp = session -> session.reject(reason);
        return new Exchange(options);
    }

    private static ByteBuffer datagram(IpAddress from, IpAddress to, int octets) {
        return PacketComposer.udp(from, to, new UdpRepr(5000, 53), new byte[octets]);
    }

    private static ByteBuffer hopLimit(ByteBuffer packet, int hops) {
        if (packet.get(0) >> 4 == 4) {
            Ipv4Header.putTtl(packet, 0, hops);
        } else {
            Ipv6Header.putHopLimit(packet, 0, hops);
        }
        return packet;
    }

    /** Checks the error and that it quotes the packet as it was. */
    private static void expectError(
            ByteBuffer error, IpAddress from, IpAddress to, int type, int code, ByteBuffer about) {
        assertThat(Exchange.source(error)).isEqualTo(from);
        assertThat(Exchange.destination(error)).isEqualTo(to);
        boolean four = from instanceof Ip4Address;
        int at = four ? 20 : 40;
        int length = error.limit() - at;
        assertThat(
                        four
                                ? Icmpv4.check(error, at, length, Checksums.VERIFY)
                                : Icmpv6.check(error, at, length, Ipv6Header.addressSum(error, 0), Checksums.VERIFY))
                .isEqualTo(Verdict.OK);
        assertThat(Icmp.type(error, at)).isEqualTo(type);
        assertThat(Icmp.code(error, at)).isEqualTo(code);
        ByteBuffer quoted = error.slice(at + 8, length - 8);
        int most = Math.min(about.limit(), (four ? 576 : 1280) - at - 8);
        assertThat(quoted).isEqualTo(about.slice(0, most));
    }

    @ParameterizedTest
    @CsvSource({
        "CONNECT_REFUSED, 3, 4, false",
        "OUTBOUND_UNSUPPORTED, 3, 4, false",
        "POLICY_REJECTED, 13, 1, true",
        "POLICY_ABSENT, 13, 1, true",
        "UNREACHABLE, 1, 3, true",
        "EGRESS_UNAVAILABLE, 1, 3, true"
    })
    void datagram_refused_unreachable(CloseReason reason, int code4, int code6, boolean byRouter) {
        try (Exchange x = refusing(reason)) {
            ByteBuffer four = datagram(CLIENT4, FAR4, 1_000);
            x.send(four);
            expectError(x.nextOctets(), byRouter ? GATEWAY4 : FAR4, CLIENT4, Icmpv4.UNREACHABLE, code4, four);
            ByteBuffer six = datagram(CLIENT6, FAR6, 1_400);
            x.send(six);
            expectError(x.nextOctets(), byRouter ? GATEWAY6 : FAR6, CLIENT6, Icmpv6.UNREACHABLE, code6, six);
            assertThat(x.udp.sessions()).isZero();
            x.expectCounted(Counter.UDP_SESSIONS_REJECTED, 2);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"POLICY_DROPPED", "LOOP"})
    void datagram_dropped_silence(CloseReason reason) {
        try (Exchange x = refusing(reason)) {
            x.send(datagram(CLIENT4, FAR4, 10))
                    .send(datagram(CLIENT6, FAR6, 10))
                    .expectNothing();
        }
    }

    @Test
    void datagram_refusedLater_headersQuoted() {
        UdpSession[] offered = new UdpSession[1];
        Exchange.Options options = new Exchange.Options();
        options.udp = session -> offered[0] = session;
        try (Exchange x = new Exchange(options)) {
            x.send(datagram(CLIENT6, FAR6, 10)).expectNothing();
            offered[0].reject(CloseReason.CONNECT_REFUSED);
            ByteBuffer error = x.nextOctets();
            assertThat(Icmp.code(error, 40)).isEqualTo(Icmpv6.PORT_UNREACHABLE);
            assertThat(error.limit()).isEqualTo(40 + 8 + 48);
            assertThat(error.getShort(88)).isEqualTo((short) 5000);
            assertThat(error.getShort(90)).isEqualTo((short) 53);
        }
    }

    @Test
    void session_unreachablePeer_clientToldSessionLives() {
        try (Exchange x = new Exchange()) {
            x.send(datagram(CLIENT4, FAR4, 10));
            x.session().unreachable(socket(FAR4, 99), CloseReason.CONNECT_REFUSED);
            ByteBuffer error = x.nextOctets();
            assertThat(Exchange.source(error)).isEqualTo(FAR4);
            assertThat(Icmp.code(error, 20)).isEqualTo(Icmpv4.PORT_UNREACHABLE);
            assertThat(error.getShort(48)).isEqualTo((short) 5000);
            assertThat(error.getShort(50)).isEqualTo((short) 99);
            assertThat(x.ended).isEmpty();
        }
    }

    @Test
    void TC59_TC65_hopLimit1_timeExceededByTheGateway() {
        try (Exchange x = new Exchange()) {
            for (int i = 0; i < 2; i++) {
                ByteBuffer four = hopLimit(i == 0 ? datagram(CLIENT4, FAR4, 40) : EchoTest.request(CLIENT4, FAR4), 1);
                x.send(four);
                expectError(x.nextOctets(), GATEWAY4, CLIENT4, Icmpv4.TIME_EXCEEDED, 0, four);
                ByteBuffer six = hopLimit(i == 0 ? datagram(CLIENT6, FAR6, 40) : EchoTest.request(CLIENT6, FAR6), 1);
                x.send(six);
                expectError(x.nextOctets(), GATEWAY6, CLIENT6, Icmpv6.TIME_EXCEEDED, 0, six);
            }
            assertThat(x.received).isEmpty();
            x.send(hopLimit(datagram(CLIENT4, FAR4, 40), 2));
            assertThat(x.received).hasSize(1);
            x.send(hopLimit(EchoTest.request(CLIENT4, GATEWAY4), 1));
            EchoTest.expectReply(x.nextOctets(), GATEWAY4, CLIENT4, new byte[0]);
        }
    }

    /** A proxied flow ends here and begins anew: no hop is taken off, in neither direction (RFC 1812 §5.3.1 is about what is forwarded). */
    @Test
    void TC65_proxiedFlow_hopLimitsOfTwoDeliveredAndAnsweredWith64() {
        try (Exchange x = new Exchange()) {
            x.send(hopLimit(datagram(CLIENT4, FAR4, 40), 2)).send(hopLimit(datagram(CLIENT6, FAR6, 40), 2));
            assertThat(x.received).hasSize(2);
            x.sessions.get(0).send(Unpooled.directBuffer(1).writeByte(1), 0, socket(FAR4, 53));
            x.sessions.get(1).send(Unpooled.directBuffer(1).writeByte(1), 0, socket(FAR6, 53));
            assertThat(Ipv4Header.ttl(x.nextOctets(), 0)).isEqualTo(64);
            assertThat(Ipv6Header.hopLimit(x.nextOctets(), 0)).isEqualTo(64);
            x.send(hopLimit(EchoTest.request(CLIENT4, FAR4), 2));
            assertThat(Ipv4Header.ttl(x.nextOctets(), 0)).isEqualTo(64);
            x.expectNothing();
        }
    }

    @Test
    void TC58_noErrorAboutErrorMulticastFragmentOrMartian() {
        try (Exchange x = refusing(CloseReason.CONNECT_REFUSED)) {
            // about an error whose hop limit is spent; a request in its place is answered
            IcmpRepr unreachable4 = new IcmpRepr(Icmpv4.UNREACHABLE, 3, 0);
            IcmpRepr unreachable6 = new IcmpRepr(Icmpv6.UNREACHABLE, 4, 0);
            x.send(hopLimit(PacketComposer.icmp(CLIENT4, FAR4, unreachable4, new byte[28]), 1));
            x.send(hopLimit(PacketComposer.icmp(CLIENT6, FAR6, unreachable6, new byte[48]), 1));
            x.expectNothing();
            x.send(hopLimit(EchoTest.request(CLIENT4, FAR4), 1)).next();
            x.send(hopLimit(EchoTest.request(CLIENT6, FAR6), 1)).next();
            x.send(datagram(CLIENT4, Exchange.address("224.0.0.251"), 1));
            x.send(datagram(CLIENT4, Exchange.address("255.255.255.255"), 1));
            x.send(datagram(CLIENT6, Exchange.address("ff02::fb"), 1));
            x.send(datagram(Exchange.address("0.0.0.0"), FAR4, 1));
            x.send(datagram(Exchange.address("127.0.0.1"), FAR4, 1));
            x.send(datagram(Exchange.address("224.0.0.1"), FAR4, 1));
            x.send(datagram(Exchange.address("::"), FAR6, 1));
            x.send(datagram(Exchange.address("::1"), FAR6, 1));
            ByteBuffer later = datagram(CLIENT4, FAR4, 100);
            Ipv4Header.putFlagsAndOffset(later, 0, 5);
            x.send(later).at(61_000).expectNothing();
            ByteBuffer spent = datagram(CLIENT4, FAR4, 100);
            Ipv4Header.putFlagsAndOffset(spent, 0, 5);
            x.send(hopLimit(spent, 1)).expectNothing();
            x.expectCounted(Counter.IP_MULTICAST_DESTINATION, 3).expectCounted(Counter.IP_MARTIAN_SOURCE, 4);
        }
    }

    @Test
    void TC58_flood_1000ErrorsASecond() {
        try (Exchange x = refusing(CloseReason.CONNECT_REFUSED)) {
            for (int millisecond = 0; millisecond < 2_000; millisecond++) {
                x.at(millisecond);
                for (int i = 0; i < 5; i++) {
                    x.send(datagram(CLIENT4, FAR4, 1));
                }
            }
            assertThat(x.queue.packets.size()).isBetween(1_990, 2_051);
            x.expectCounted(Counter.ICMP_ERRORS_SUPPRESSED, 10_000 - x.queue.packets.size());
        }
    }

    @Test
    void unknownProtocol_toldInBothFamilies() {
        try (Exchange x = new Exchange()) {
            ByteBuffer four = datagram(CLIENT4, FAR4, 8);
            Ipv4Header.write(four, 0, 0, four.limit(), 1, 0, 64, IpProtocol.ESP, four.getInt(12), four.getInt(16));
            x.send(four);
            expectError(x.nextOctets(), FAR4, CLIENT4, Icmpv4.UNREACHABLE, Icmpv4.PROTOCOL_UNREACHABLE, four);
            ByteBuffer six = datagram(CLIENT6, FAR6, 8);
            Ipv6Header.putNextHeader(six, 0, 132);
            x.send(six);
            ByteBuffer error = x.nextOctets();
            expectError(error, FAR6, CLIENT6, Icmpv6.PARAMETER_PROBLEM, Icmpv6.UNRECOGNIZED_NEXT_HEADER, six);
            assertThat(Icmp.rest(error, 40)).as("pointer").isEqualTo(6);
            Ipv6Header.putNextHeader(six, 0, IpProtocol.NO_NEXT_HEADER);
            x.send(six).expectNothing();
            // each family's ICMP inside the other is a protocol like any other
            Ipv6Header.putNextHeader(six, 0, IpProtocol.ICMPV4);
            x.send(six);
            assertThat(Icmp.type(x.nextOctets(), 40)).isEqualTo(Icmpv6.PARAMETER_PROBLEM);
        }
    }
}
