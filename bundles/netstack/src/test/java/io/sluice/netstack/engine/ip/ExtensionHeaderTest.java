package io.sluice.netstack.engine.ip;

import static io.sluice.netstack.engine.Exchange.CLIENT6;
import static io.sluice.netstack.engine.Exchange.FAR6;
import static io.sluice.netstack.engine.Exchange.GATEWAY6;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.netstack.engine.Exchange;
import io.sluice.wire.Icmp;
import io.sluice.wire.Icmpv6;
import io.sluice.wire.IpAddress;
import io.sluice.wire.IpProtocol;
import io.sluice.wire.Ipv6Header;
import io.sluice.wire.PacketComposer;
import io.sluice.wire.UdpRepr;
import io.sluice.wire.Verdict;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Case TC-63: IPv6 extension headers. */
class ExtensionHeaderTest {

    private static ByteBuffer datagram(IpAddress to) {
        return PacketComposer.udp(CLIENT6, to, new UdpRepr(5000, 53), new byte[8]);
    }

    /** The packet with a header of 8 octets put first; {@code body} are its six last. */
    private static ByteBuffer with(ByteBuffer packet, int header, long body) {
        ByteBuffer longer = ByteBuffer.allocate(packet.limit() + 8);
        longer.put(0, packet, 0, 40).put(48, packet, 40, packet.limit() - 40);
        longer.putLong(40, (long) packet.get(6) << 56 | body & 0xffff_ffff_ffffL);
        Ipv6Header.putNextHeader(longer, 0, header);
        Ipv6Header.putPayloadLength(longer, 0, longer.limit() - 40);
        return longer;
    }

    private static ByteBuffer withOption(IpAddress to, int type) {
        return with(datagram(to), IpProtocol.DESTINATION_OPTIONS, (long) type << 40 | 0x04L << 32);
    }

    @ParameterizedTest
    @CsvSource({"0x1e, true, false", "0x5e, false, false", "0x9e, false, true", "0xde, false, true"})
    void TC63_unknownOption_actionBits(String type, boolean delivered, boolean answered) {
        try (Exchange x = new Exchange()) {
            ByteBuffer packet = withOption(FAR6, Integer.decode(type));
            x.send(packet);
            assertThat(x.received.isEmpty()).isNotEqualTo(delivered);
            if (answered) {
                ByteBuffer error = x.nextOctets();
                assertThat(Exchange.destination(error)).isEqualTo(CLIENT6);
                assertThat(Icmp.type(error, 40)).isEqualTo(Icmpv6.PARAMETER_PROBLEM);
                assertThat(Icmp.code(error, 40)).isEqualTo(Icmpv6.UNRECOGNIZED_OPTION);
                assertThat(Icmp.rest(error, 40)).as("pointer").isEqualTo(42);
                assertThat(error.slice(48, packet.limit())).isEqualTo(packet);
            }
            x.expectNothing();
        }
    }

    @ParameterizedTest
    @CsvSource({"0x9e, true", "0xde, false"})
    void TC63_unknownOption_toMulticast(String type, boolean answered) {
        try (Exchange x = new Exchange()) {
            x.send(withOption(Exchange.address("ff02::1"), Integer.decode(type)));
            if (answered) {
                assertThat(Exchange.source(x.nextOctets())).isEqualTo(GATEWAY6);
            }
            x.expectNothing();
        }
    }

    @Test
    void TC63_routingHeader0_refused() {
        try (Exchange x = new Exchange()) {
            // type 0, one segment left
            x.send(with(datagram(FAR6), IpProtocol.ROUTING, 0x0001L << 32));
            ByteBuffer error = x.nextOctets();
            assertThat(Icmp.type(error, 40)).isEqualTo(Icmpv6.PARAMETER_PROBLEM);
            assertThat(Icmp.code(error, 40)).isEqualTo(Icmpv6.ERRONEOUS_FIELD);
            assertThat(Icmp.rest(error, 40)).as("pointer").isEqualTo(42);
            assertThat(x.received).isEmpty();
            assertThat(x.engine.counters().of(Verdict.SOURCE_ROUTED)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 9, 100})
    void TC63_chain_boundedAt8(int depth) {
        try (Exchange x = new Exchange()) {
            ByteBuffer packet = datagram(FAR6);
            for (int i = 0; i < depth; i++) {
                packet = with(packet, IpProtocol.DESTINATION_OPTIONS, 0x0104L << 32);
            }
            x.send(packet);
            assertThat(x.received).hasSize(depth == 8 ? 1 : 0);
            if (depth > 8) {
                ByteBuffer error = x.nextOctets();
                assertThat(Icmp.code(error, 40)).isEqualTo(Icmpv6.TOO_MANY_EXTENSION_HEADERS);
            }
            x.expectNothing();
        }
    }

    @Test
    void TC63_hopByHopMisplaced_unrecognizedNextHeader() {
        try (Exchange x = new Exchange()) {
            ByteBuffer packet = with(datagram(FAR6), IpProtocol.HOP_BY_HOP, 0x0104L << 32);
            x.send(with(packet, IpProtocol.DESTINATION_OPTIONS, 0x0104L << 32));
            ByteBuffer error = x.nextOctets();
            assertThat(Icmp.code(error, 40)).isEqualTo(Icmpv6.UNRECOGNIZED_NEXT_HEADER);
            assertThat(Icmp.rest(error, 40)).as("pointer").isEqualTo(40);
        }
    }

    @Test
    void atomicFragment_isAWholePacket() {
        try (Exchange x = new Exchange()) {
            x.send(Fragments.cut(datagram(FAR6), 1, 0, 16, false));
            assertThat(x.received).as("RFC 6946").hasSize(1);
        }
    }
}
