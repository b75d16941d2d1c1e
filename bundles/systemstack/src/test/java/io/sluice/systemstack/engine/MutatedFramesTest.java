package io.sluice.systemstack.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.flow.CloseReason;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.Segmentation;
import io.sluice.netstack.engine.Counter;
import io.sluice.wire.Checksum;
import io.sluice.wire.Checksums;
import io.sluice.wire.Icmpv4Error;
import io.sluice.wire.IpProtocol;
import io.sluice.wire.Ipv4Header;
import io.sluice.wire.Ipv6Header;
import io.sluice.wire.PacketComposer;
import io.sluice.wire.TcpHeader;
import io.sluice.wire.TcpRepr;
import io.sluice.wire.Verdict;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Packets that nobody should send, from either side, into sessions in every state: no exception, no malformed packet out, nothing leaked, the table
 * bounded, and it serves as before. {@code -Dsluice.frames=N} for more or less of them.
 */
class MutatedFramesTest {

    private static final int FRAMES = Integer.getInteger("sluice.frames", 1_000_000);

    private final Random random = new Random(17);
    private final NatRig rig = new NatRig(200, 100, true);
    private final List<byte[]> seeds = new ArrayList<>();
    private int accepted;

    @Test
    void mutatedFrames_bothSides_nothingBreaks() {
        seed();
        PacketOffload how = new PacketOffload();
        for (int i = 0; i < FRAMES; i++) {
            byte[] packet = mutated();
            how.none();
            switch (random.nextInt(6)) {
                case 0 -> how.set(Segmentation.NONE, 0, true, 0);
                case 1 -> how.set(Segmentation.TCP, 1 + random.nextInt(2_000), true, 0);
                default -> {}
            }
            rig.give(ByteBuffer.wrap(packet), how);
            answer();
            if (i % 64 == 0) {
                use();
                rig.at(i / 64 * 10L);
                answer();
            }
            assertThat(rig.nat.connections()).isLessThanOrEqualTo(200);
        }
        assertThat(accepted).as("the storm got into sessions").isGreaterThan(100);
        rig.expectCounted(Counter.INTERNAL_FAULTS, 0);
        // Everything ends by itself but what is established.
        rig.offered.forEach(NatSession::closed);
        rig.at(FRAMES / 64 * 10L + 200_000);
        rig.sent.clear();
        assertThat(rig.nat.halfOpen()).isZero();
        assertThat(rig.nat.connections()).isZero();
        rig.establish(60_000);
        rig.close();
    }

    private void seed() {
        for (int i = 0; i < 6; i++) {
            int port = 1_000 + i;
            seeds.add(PacketComposer.tcp(NatRig.CLIENT4, NatRig.HOST4, NatRig.syn(port, 80, 100))
                    .array());
            seeds.add(PacketComposer.tcp(NatRig.CLIENT6, NatRig.HOST6, NatRig.syn(port, 80, 100))
                    .array());
            for (int flags : new int[] {TcpHeader.ACK, TcpHeader.FIN | TcpHeader.ACK, TcpHeader.RST}) {
                TcpRepr client = NatRig.header(port, 80, 101, 9_001, flags);
                seeds.add(PacketComposer.tcp(NatRig.CLIENT4, NatRig.HOST4, client, new byte[50])
                        .array());
                seeds.add(PacketComposer.tcp(NatRig.CLIENT6, NatRig.HOST6, client, new byte[50])
                        .array());
                TcpRepr kernel = NatRig.header(NatRig.LISTENER4, SessionPorts.FIRST + i, 9_001, 101, flags);
                seeds.add(PacketComposer.tcp(NatRig.OWN4, NatRig.FAR4, kernel, new byte[50])
                        .array());
            }
        }
        ByteBuffer quoted =
                PacketComposer.tcp(NatRig.HOST4, NatRig.CLIENT4, NatRig.header(80, 1_000, 9_001, 101, TcpHeader.ACK));
        ByteBuffer error = ByteBuffer.allocate(600);
        int length = Icmpv4Error.write(error, 0, 3, 4, 900, 0x0a000002, 1, quoted, 0, quoted.limit());
        byte[] icmp = new byte[length];
        error.get(0, icmp);
        seeds.add(icmp);
    }

    private byte[] mutated() {
        byte[] packet = seeds.get(random.nextInt(seeds.size())).clone();
        for (int i = random.nextInt(4); i > 0; i--) {
            int at = random.nextInt(random.nextBoolean() ? Math.min(packet.length, 60) : packet.length);
            packet[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : packet[at] ^ 1 << random.nextInt(8));
        }
        if (random.nextInt(10) == 0) {
            packet = java.util.Arrays.copyOf(packet, 1 + random.nextInt(packet.length + 40));
        }
        if (random.nextInt(4) != 0) {
            repair(packet);
        }
        return packet;
    }

    /** Lets lengths and checksums fit, so that what lies behind is looked at. */
    private static void repair(byte[] packet) {
        ByteBuffer nio = ByteBuffer.wrap(packet);
        if (packet.length >= 60 && packet[0] >> 4 == 6) {
            nio.putShort(4, (short) (packet.length - 40));
            if (packet[6] == IpProtocol.TCP) {
                TcpHeader.putChecksum(nio, 40, packet.length - 40, Ipv6Header.addressSum(nio, 0));
            }
        } else if (packet.length >= 40 && packet[0] == 0x45) {
            nio.putShort(2, (short) packet.length);
            nio.putShort(10, (short) 0);
            nio.putShort(10, (short) Checksum.complement(Checksum.sum(nio, 0, 20)));
            if (packet[9] == IpProtocol.TCP) {
                TcpHeader.putChecksum(nio, 20, packet.length - 20, Ipv4Header.addressSum(nio, 0));
            }
        }
    }

    /** Plays the kernel, which answers SYNs, and looks at everything that is sent. */
    private void answer() {
        for (NatRig.Sent sent = rig.sent.poll(); sent != null; sent = rig.sent.poll()) {
            ByteBuffer nio = sent.octets();
            boolean v6 = sent.v6();
            int length = nio.limit();
            assertThat(v6 ? Ipv6Header.check(nio, 0, length) : Ipv4Header.check(nio, 0, length, Checksums.VERIFY))
                    .isEqualTo(Verdict.OK);
            assertThat(v6 ? Ipv6Header.totalLength(nio, 0) : Ipv4Header.totalLength(nio, 0))
                    .isEqualTo(length);
            boolean tcp = nio.get(v6 ? 6 : 9) == IpProtocol.TCP;
            if (!tcp || !sent.destination().equals(v6 ? NatRig.OWN6 : NatRig.OWN4)) {
                continue;
            }
            int at = v6 ? 40 : Ipv4Header.payloadAt(nio, 0);
            int port = TcpHeader.sourcePort(nio, at);
            int flags = TcpHeader.flags(nio, at);
            if ((flags & TcpHeader.SYN) != 0) {
                synAck(v6, port, TcpHeader.sequence(nio, at));
            } else if (random.nextBoolean()) {
                connected(v6, port);
            }
        }
    }

    private void synAck(boolean v6, int port, int isn) {
        int listener = v6 ? NatRig.LISTENER6 : NatRig.LISTENER4;
        TcpRepr answer = random.nextInt(20) == 0
                ? NatRig.header(listener, port, 7, 8, TcpHeader.ACK)
                : NatRig.synAck(listener, port, 9_000, isn + 1);
        rig.give(
                v6
                        ? PacketComposer.tcp(NatRig.OWN6, NatRig.FAR6, answer)
                        : PacketComposer.tcp(NatRig.OWN4, NatRig.FAR4, answer),
                new PacketOffload().none());
    }

    private void connected(boolean v6, int port) {
        NatSession session = rig.nat.accepted(
                v6,
                NatRig.high(v6 ? NatRig.FAR6 : NatRig.FAR4),
                NatRig.low(v6 ? NatRig.FAR6 : NatRig.FAR4),
                port,
                new NatRig.Connection());
        if (session != null) {
            rig.nat.offer(session);
        }
    }

    /** What users do: accept, refuse, close, forget. */
    private void use() {
        for (NatSession session : List.copyOf(rig.offered)) {
            switch (random.nextInt(8)) {
                case 0, 1 -> accepted += session.accept() ? 1 : 0;
                case 2 -> session.reject(CloseReason.values()[random.nextInt(CloseReason.values().length)]);
                case 3 -> session.closed();
                default -> {}
            }
        }
        rig.offered.removeIf(session -> session.state == SessionState.ENDED);
    }
}
