package io.sluice.systemstack.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.netstack.CongestionAlgorithm;
import io.sluice.api.netstack.TcpSettings;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.Segmentation;
import io.sluice.wire.Checksums;
import io.sluice.wire.IpAddress;
import io.sluice.wire.Ipv4Header;
import io.sluice.wire.Ipv6Header;
import io.sluice.wire.PacketComposer;
import io.sluice.wire.TcpHeader;
import io.sluice.wire.TcpRepr;
import io.sluice.wire.Verdict;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rewritten packets against the same packets written anew, octet by octet. */
class PacketRewriteTest {

    private final Random random = new Random(5);

    private record Ends(IpAddress client, IpAddress host, IpAddress own, IpAddress far, int listener) {}

    private static Ends ends(boolean v6) {
        return v6
                ? new Ends(NatRig.CLIENT6, NatRig.HOST6, NatRig.OWN6, NatRig.FAR6, NatRig.LISTENER6)
                : new Ends(NatRig.CLIENT4, NatRig.HOST4, NatRig.OWN4, NatRig.FAR4, NatRig.LISTENER4);
    }

    /** Establishes a session from port 1000 to port 80; returns its port. */
    private static int establish(NatRig rig, Ends ends) {
        PacketOffload none = new PacketOffload().none();
        rig.give(PacketComposer.tcp(ends.client(), ends.host(), NatRig.syn(1000, 80, 100)), none);
        NatRig.Sent syn = rig.next();
        assertThat(syn.source()).isEqualTo(ends.far());
        assertThat(syn.destination()).isEqualTo(ends.own());
        assertThat(syn.tcp().destinationPort()).isEqualTo(ends.listener());
        int port = syn.tcp().sourcePort();
        rig.give(PacketComposer.tcp(ends.own(), ends.far(), NatRig.synAck(ends.listener(), port, 9_000, 101)), none);
        rig.next();
        boolean v6 = syn.v6();
        NatSession session =
                rig.nat.accepted(v6, NatRig.high(ends.far()), NatRig.low(ends.far()), port, new NatRig.Connection());
        rig.nat.offer(session);
        assertThat(session.accept()).isTrue();
        NatRig.Sent synAck = rig.next();
        assertThat(synAck.source()).isEqualTo(ends.host());
        assertThat(synAck.destination()).isEqualTo(ends.client());
        assertThat(synAck.tcp()).isEqualTo(NatRig.synAck(80, 1000, 9_000, 101));
        rig.give(
                PacketComposer.tcp(ends.client(), ends.host(), NatRig.header(1000, 80, 101, 9_001, TcpHeader.ACK)),
                none);
        rig.next();
        return port;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void completeChecksums_bothWays_asWrittenAnew(boolean v6) {
        Ends ends = ends(v6);
        try (NatRig rig = new NatRig(100, 50, false)) {
            int port = establish(rig, ends);
            for (int i = 0; i < 2_000; i++) {
                byte[] payload = new byte[random.nextInt(100)];
                random.nextBytes(payload);
                int sequence = random.nextInt();
                int acknowledgment = random.nextInt();
                int flags = TcpHeader.ACK | (random.nextBoolean() ? TcpHeader.PSH : 0);
                rig.give(
                        PacketComposer.tcp(
                                ends.client(),
                                ends.host(),
                                NatRig.header(1000, 80, sequence, acknowledgment, flags),
                                payload),
                        new PacketOffload().none());
                assertThat(rig.next().octets())
                        .isEqualTo(PacketComposer.tcp(
                                ends.far(),
                                ends.own(),
                                NatRig.header(port, ends.listener(), sequence, acknowledgment, flags),
                                payload));
                rig.give(
                        PacketComposer.tcp(
                                ends.own(),
                                ends.far(),
                                NatRig.header(ends.listener(), port, sequence, acknowledgment, flags),
                                payload),
                        new PacketOffload().none());
                assertThat(rig.next().octets())
                        .isEqualTo(PacketComposer.tcp(
                                ends.host(),
                                ends.client(),
                                NatRig.header(80, 1000, sequence, acknowledgment, flags),
                                payload));
            }
        }
    }

    private static void makePartial(ByteBuffer packet) {
        boolean v6 = packet.get(0) >> 4 == 6;
        int at = v6 ? 40 : 20;
        int sum = v6 ? Ipv6Header.addressSum(packet, 0) : Ipv4Header.addressSum(packet, 0);
        TcpHeader.putPartialChecksum(packet, at, packet.limit() - at, sum);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void superPacket_partialChecksum_metadataKept(boolean v6) {
        Ends ends = ends(v6);
        try (NatRig rig = new NatRig()) {
            int port = establish(rig, ends);
            byte[] payload = new byte[20_000];
            random.nextBytes(payload);
            ByteBuffer packet = PacketComposer.tcp(
                    ends.own(), ends.far(), NatRig.header(ends.listener(), port, 9_001, 101, TcpHeader.ACK), payload);
            makePartial(packet);
            rig.give(packet, new PacketOffload().set(Segmentation.TCP, 1_400, true, 0));

            NatRig.Sent sent = rig.next();
            ByteBuffer expected = PacketComposer.tcp(
                    ends.host(), ends.client(), NatRig.header(80, 1000, 9_001, 101, TcpHeader.ACK), payload);
            makePartial(expected);
            assertThat(sent.octets()).isEqualTo(expected);
            assertThat(sent.segmentation()).isEqualTo(Segmentation.TCP);
            assertThat(sent.segmentSize()).isEqualTo(1_400);
            assertThat(sent.partial()).isTrue();
            assertThat(sent.transportOffset()).isEqualTo(v6 ? 40 : 20);
        }
    }

    @Test
    void damagedPacket_staysDamaged() {
        Ends ends = ends(false);
        try (NatRig rig = new NatRig()) {
            establish(rig, ends);
            ByteBuffer packet = PacketComposer.tcp(
                    ends.client(), ends.host(), NatRig.header(1000, 80, 101, 9_001, TcpHeader.ACK), new byte[100]);
            packet.put(90, (byte) 1);
            rig.give(packet, new PacketOffload().none());
            NatRig.Sent sent = rig.next();
            int sum = Ipv4Header.addressSum(sent.octets(), 0);
            assertThat(TcpHeader.check(sent.octets(), 20, sent.octets().limit() - 20, sum, Checksums.VERIFY))
                    .isEqualTo(Verdict.BAD_CHECKSUM);
        }
    }

    @Test
    void octetsBehindThePacket_areNotSentOn() {
        Ends ends = ends(false);
        try (NatRig rig = new NatRig()) {
            establish(rig, ends);
            ByteBuffer packet = PacketComposer.tcp(
                    ends.client(), ends.host(), NatRig.header(1000, 80, 101, 9_001, TcpHeader.ACK), new byte[10]);
            ByteBuffer padded = ByteBuffer.allocate(packet.limit() + 6)
                    .put(packet.duplicate())
                    .rewind();
            rig.give(padded, new PacketOffload().none());
            assertThat(rig.next().octets().limit()).isEqualTo(packet.limit());
        }
    }

    @Test
    void smallerPathMtu_cutsSuperPacketsAndPackets() {
        Ends ends = ends(false);
        try (NatRig rig = new NatRig()) {
            int port = establish(rig, ends);
            byte[] big = new byte[20_000];
            TcpRepr header = NatRig.header(NatRig.LISTENER4, port, 9_001, 101, TcpHeader.ACK);
            ByteBuffer first = PacketComposer.tcp(ends.own(), ends.far(), header, big);
            makePartial(first);
            rig.give(first.duplicate(), new PacketOffload().set(Segmentation.TCP, 1_448, true, 0));
            rig.next();

            rig.nat.icmpError(
                    false,
                    1_300,
                    NatRig.high(ends.client()),
                    NatRig.low(ends.client()),
                    NatRig.high(ends.host()),
                    NatRig.low(ends.host()),
                    1000 << 16 | 80,
                    9_001,
                    0);

            rig.give(first, new PacketOffload().set(Segmentation.TCP, 1_448, true, 0));
            assertThat(rig.next().segmentSize()).isEqualTo(1_300 - 40);
            ByteBuffer single = PacketComposer.tcp(ends.own(), ends.far(), header, new byte[1_400]);
            rig.give(single, new PacketOffload().none());
            NatRig.Sent sent = rig.next();
            assertThat(sent.segmentation()).isEqualTo(Segmentation.TCP);
            assertThat(sent.segmentSize()).isEqualTo(1_260);
            assertThat(sent.partial()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"552, 552", "116, 116", "1000, 1000"})
    void pathMtu_belowTheFloor_theFloorIsBelieved(int floor, int believed) {
        Ends ends = ends(false);
        try (NatRig rig = new NatRig(100, 50, true, new TcpSettings(CongestionAlgorithm.CUBIC, false, floor))) {
            int port = establish(rig, ends);
            TcpRepr header = NatRig.header(NatRig.LISTENER4, port, 9_001, 101, TcpHeader.ACK);
            rig.give(PacketComposer.tcp(ends.own(), ends.far(), header, new byte[1_400]), new PacketOffload().none());
            rig.next();
            rig.nat.icmpError(
                    false,
                    68,
                    NatRig.high(ends.client()),
                    NatRig.low(ends.client()),
                    NatRig.high(ends.host()),
                    NatRig.low(ends.host()),
                    1000 << 16 | 80,
                    9_001,
                    0);
            assertThat(rig.session().pathMtu).isEqualTo(believed);
        }
    }

    @Test
    void pathMtu_aboutWhatWasNeverSent_notBelieved() {
        Ends ends = ends(false);
        try (NatRig rig = new NatRig()) {
            establish(rig, ends);
            for (int sequence : new int[] {0, 8_999, 9_001, 500_000}) {
                rig.nat.icmpError(
                        false,
                        600,
                        NatRig.high(ends.client()),
                        NatRig.low(ends.client()),
                        NatRig.high(ends.host()),
                        NatRig.low(ends.host()),
                        1000 << 16 | 80,
                        sequence,
                        0);
            }
            assertThat(rig.session().pathMtu).isZero();
        }
    }
}
