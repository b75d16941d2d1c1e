package io.sluice.netstack.engine.ip;

import static io.sluice.netstack.engine.Exchange.CLIENT4;
import static io.sluice.netstack.engine.Exchange.CLIENT6;
import static io.sluice.netstack.engine.Exchange.FAR4;
import static io.sluice.netstack.engine.Exchange.FAR6;
import static io.sluice.netstack.engine.Exchange.GATEWAY4;
import static io.sluice.netstack.engine.Exchange.GATEWAY6;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.Exchange;
import io.sluice.wire.Checksums;
import io.sluice.wire.Icmp;
import io.sluice.wire.IcmpRepr;
import io.sluice.wire.Icmpv4;
import io.sluice.wire.Icmpv6;
import io.sluice.wire.IpAddress;
import io.sluice.wire.Ipv6Header;
import io.sluice.wire.PacketComposer;
import io.sluice.wire.UdpRepr;
import io.sluice.wire.Verdict;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Case TC-60, and the echo of 65,507 octets of TC-59. */
class ReassemblyTest {

    private static final int TIMEOUT_MILLIS = 60_000;

    static Stream<Arguments> families() {
        return Stream.of(Arguments.of(CLIENT4, FAR4), Arguments.of(CLIENT6, FAR6));
    }

    private static byte[] octets(int length) {
        byte[] octets = new byte[length];
        new Random(length).nextBytes(octets);
        return octets;
    }

    private static ByteBuffer datagram(IpAddress from, IpAddress to, byte[] payload) {
        return PacketComposer.udp(from, to, new UdpRepr(5000, 53), payload);
    }

    @ParameterizedTest
    @MethodSource("families")
    void TC60_anyOrderWithDuplicates_delivered(IpAddress client, IpAddress far) {
        byte[] payload = octets(10_000);
        try (Exchange x = new Exchange()) {
            for (int round = 0; round < 50; round++) {
                List<ByteBuffer> fragments =
                        new ArrayList<>(Fragments.all(datagram(client, far, payload), round + 1, 1_208));
                Collections.shuffle(fragments, new Random(round));
                fragments.addAll(2, fragments.subList(0, 2));
                ByteBuffer last = fragments.removeLast();
                fragments.forEach(x::send);
                assertThat(x.received).hasSize(round);
                x.send(last);
                assertThat(x.received).hasSize(round + 1);
                assertThat(x.received.getLast().octets()).isEqualTo(payload);
            }
            x.expectNothing().expectCounted(Counter.IP_REASSEMBLED, 50);
            assertThat(x.engine.memory().usedBytes()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void TC60_firstFragmentAlone_timeExceededAfter60s(IpAddress client, IpAddress far) {
        try (Exchange x = new Exchange()) {
            ByteBuffer first = Fragments.all(datagram(client, far, octets(3_000)), 9, 1_208)
                    .getFirst();
            x.send(first).at(TIMEOUT_MILLIS - 10).expectNothing().at(TIMEOUT_MILLIS + 10);
            ByteBuffer error = x.nextOctets();
            boolean four = client == CLIENT4;
            int at = four ? 20 : 40;
            assertThat(Exchange.destination(error)).isEqualTo(client);
            assertThat(Icmp.type(error, at)).isEqualTo(four ? Icmpv4.TIME_EXCEEDED : Icmpv6.TIME_EXCEEDED);
            assertThat(Icmp.code(error, at)).isEqualTo(1);
            int quoted = Math.min(first.limit(), error.limit() - at - 8);
            assertThat(error.slice(at + 8, quoted)).isEqualTo(first.slice(0, quoted));
            x.expectNothing().expectCounted(Counter.IP_REASSEMBLY_FAILED, 1);
            assertThat(x.engine.memory().usedBytes()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void TC60_firstFragmentMissing_silence(IpAddress client, IpAddress far) {
        try (Exchange x = new Exchange()) {
            List<ByteBuffer> fragments = Fragments.all(datagram(client, far, octets(3_000)), 9, 1_208);
            x.send(fragments.get(1))
                    .send(fragments.get(2))
                    .at(TIMEOUT_MILLIS + 10)
                    .expectNothing();
            x.expectCounted(Counter.IP_REASSEMBLY_FAILED, 1);
            assertThat(x.engine.memory().usedBytes()).isZero();
        }
    }

    /** RFC 1122 §3.2.2, RFC 4443 §2.4 (e.1): no error about an error, of which the rest never came. */
    @ParameterizedTest
    @MethodSource("families")
    void TC58_firstFragmentOfAnErrorAlone_silence(IpAddress client, IpAddress far) {
        try (Exchange x = new Exchange()) {
            IcmpRepr error = new IcmpRepr(
                    client == CLIENT4 ? Icmpv4.UNREACHABLE : Icmpv6.UNREACHABLE, client == CLIENT4 ? 3 : 4, 0);
            ByteBuffer whole = PacketComposer.icmp(client, far, error, octets(3_000));
            x.send(Fragments.all(whole, 9, 1_208).getFirst());
            x.at(TIMEOUT_MILLIS + 10).expectNothing().expectCounted(Counter.IP_REASSEMBLY_FAILED, 1);
            x.expectCounted(Counter.ICMP_ERRORS_SUPPRESSED, 1);
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void TC60_overlap_wholePacketDroppedWithItsLateFragments(IpAddress client, IpAddress far) {
        ByteBuffer whole = datagram(client, far, octets(2_992));
        for (int[] overlap : new int[][] {{504, 1_512}, {992, 1_008}, {0, 2_008}, {1_500 / 8 * 8, 2_504}}) {
            try (Exchange x = new Exchange()) {
                x.send(Fragments.cut(whole, 9, 0, 1_000, true));
                x.send(Fragments.cut(whole, 9, 1_504, 2_000, true));
                x.send(Fragments.cut(whole, 9, overlap[0], overlap[1], true));
                x.send(Fragments.cut(whole, 9, 1_000, 1_504, true));
                x.send(Fragments.cut(whole, 9, 2_000, 3_000, false));
                assertThat(x.received).isEmpty();
                x.at(TIMEOUT_MILLIS + 10).expectNothing().expectCounted(Counter.IP_REASSEMBLY_FAILED, 1);
                assertThat(x.engine.memory().usedBytes()).isZero();
                // its time is over: the number may be used again
                Fragments.all(whole, 9, 1_000).forEach(x::send);
                assertThat(x.received).hasSize(1);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void TC60_contradictoryEnds_dropped(IpAddress client, IpAddress far) {
        ByteBuffer whole = datagram(client, far, octets(2_992));
        try (Exchange x = new Exchange()) {
            x.send(Fragments.cut(whole, 1, 1_000, 2_000, false)).send(Fragments.cut(whole, 1, 2_000, 3_000, false));
            x.send(Fragments.cut(whole, 2, 2_000, 3_000, true)).send(Fragments.cut(whole, 2, 1_000, 2_000, false));
            x.send(Fragments.cut(whole, 3, 1_000, 2_000, false)).send(Fragments.cut(whole, 3, 2_000, 3_000, true));
            x.expectCounted(Counter.IP_REASSEMBLY_FAILED, 3);
        }
    }

    @Test
    void TC60_flood_memoryBoundedOldestDropped() {
        try (Exchange x = new Exchange()) {
            byte[] payload = octets(3_000);
            for (int i = 0; i < 60_000; i++) {
                x.send(Fragments.cut(datagram(CLIENT4, FAR4, payload), i, 0, 1_208, true));
                if (i % 1_000 == 0) {
                    assertThat(x.engine.memory().usedBytes()).isLessThanOrEqualTo(4 << 20);
                }
            }
            List<ByteBuffer> good = Fragments.all(datagram(CLIENT6, FAR6, payload), 7, 1_208);
            good.forEach(x::send);
            assertThat(x.received).as("the newest still get through").hasSize(1);
        }
    }

    @Test
    void TC60_tinyFragmentsWithGaps_boundedWork() {
        ByteBuffer whole = datagram(CLIENT4, FAR4, octets(60_000));
        try (Exchange x = new Exchange()) {
            for (int from = 0; from < 60_000; from += 16) {
                x.send(Fragments.cut(whole, 1, from, from + 8, true));
            }
            x.expectCounted(Counter.IP_REASSEMBLY_FAILED, 1);
            assertThat(x.engine.memory().usedBytes()).isLessThan(1_000);
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void reassembledBadChecksum_dropped(IpAddress client, IpAddress far) {
        try (Exchange x = new Exchange()) {
            List<ByteBuffer> fragments = Fragments.all(datagram(client, far, octets(3_000)), 9, 1_208);
            ByteBuffer middle = fragments.get(1);
            middle.put(100, (byte) ~middle.get(100));
            fragments.forEach(x::send);
            assertThat(x.received).isEmpty();
            assertThat(x.engine.counters().of(Verdict.BAD_CHECKSUM)).isEqualTo(1);
        }
    }

    @Test
    void samePacketNumber_otherProtocolOrSource_keptApart() {
        try (Exchange x = new Exchange()) {
            IpAddress other = Exchange.address("10.0.0.3");
            List<ByteBuffer> ours = Fragments.all(datagram(CLIENT4, FAR4, octets(3_000)), 9, 1_208);
            List<ByteBuffer> theirs = Fragments.all(datagram(other, FAR4, octets(3_001)), 9, 1_208);
            List<ByteBuffer> ping = Fragments.all(echo(CLIENT4, FAR4, octets(3_002)), 9, 1_208);
            for (int i = 0; i < 3; i++) {
                x.send(ours.get(i)).send(theirs.get(i)).send(ping.get(i));
            }
            assertThat(x.received).extracting(r -> r.octets().length).containsExactly(3_000, 3_001);
            x.expectCounted(Counter.ICMP_ECHO_ANSWERED, 1);
        }
    }

    private static ByteBuffer echo(IpAddress from, IpAddress to, byte[] data) {
        int type = from == CLIENT4 ? Icmpv4.ECHO_REQUEST : Icmpv6.ECHO_REQUEST;
        return PacketComposer.icmp(from, to, IcmpRepr.echo(type, 1, 2), data);
    }

    static Stream<Arguments> echoes() {
        return Stream.of(
                Arguments.of(CLIENT4, FAR4),
                Arguments.of(CLIENT4, GATEWAY4),
                Arguments.of(CLIENT6, FAR6),
                Arguments.of(CLIENT6, GATEWAY6));
    }

    @ParameterizedTest
    @MethodSource("echoes")
    void TC59_echoOf65507Octets_reassembledAndAnsweredInFragments(IpAddress client, IpAddress far) {
        byte[] data = octets(65_507);
        ByteBuffer whole = echo(client, far, data);
        byte[] answer = new byte[65_515];
        int octets = 0;
        try (Exchange x = new Exchange()) {
            Fragments.all(whole, 5, 1_448).forEach(x::send);
            while (!x.queue.packets.isEmpty()) {
                ByteBuffer fragment = x.nextOctets();
                assertThat(fragment.limit()).isLessThanOrEqualTo(1_500);
                assertThat(Exchange.source(fragment)).isEqualTo(far);
                int header = Fragments.header(client);
                fragment.get(header, answer, octets, fragment.limit() - header);
                octets += fragment.limit() - header;
            }
        }
        assertThat(octets).isEqualTo(65_515);
        ByteBuffer message = ByteBuffer.wrap(answer);
        assertThat(
                        client == CLIENT4
                                ? Icmpv4.check(message, 0, octets, Checksums.VERIFY)
                                : Icmpv6.check(message, 0, octets, Ipv6Header.addressSum(whole, 0), Checksums.VERIFY))
                .isEqualTo(Verdict.OK);
        assertThat(message.slice(8, 65_507)).isEqualTo(ByteBuffer.wrap(data));
    }

    @Test
    void fragmentInsideFragments_dropped() {
        ByteBuffer inner = Fragments.cut(datagram(CLIENT6, FAR6, octets(3_000)), 1, 0, 1_208, true);
        try (Exchange x = new Exchange()) {
            Fragments.all(inner, 2, 608).forEach(x::send);
            x.expectCounted(Counter.IP_REASSEMBLED, 1);
            assertThat(x.engine.counters().of(Verdict.BAD_FRAGMENT)).isEqualTo(1);
            assertThat(x.engine.memory().usedBytes()).isZero();
        }
    }
}
