package io.sluice.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Whatever arrives, no check throws, and behind an OK no accessor throws either. */
class RandomOctetsTest {

    private static final int ROUNDS = 1_000_000;
    private static final long SEED = 0x51_01_ce;

    private final Ipv6Chain chain = new Ipv6Chain();
    private final TcpOptions options = new TcpOptions();
    private final Map<Verdict, Integer> seen = new EnumMap<>(Verdict.class);

    /** So that nothing read is optimized away, and every accessor is really called. */
    private long sink;

    @Test
    void read_randomOctets_neverThrows() {
        SplittableRandom random = new SplittableRandom(SEED);
        byte[] octets = new byte[128];
        ByteBuffer buf = ByteBuffer.wrap(octets);
        for (int round = 0; round < ROUNDS; round++) {
            random.nextBytes(octets);
            octets[0] = (byte) (((round & 1) == 0 ? 0x40 : 0x60) | (octets[0] & 0x0f));
            buf.limit(random.nextInt(octets.length + 1));
            readSafely(buf);
        }
    }

    /** Mutations of real packets get further than noise does: this one reaches every verdict but that of DNS. */
    @Test
    void read_mutatedPackets_neverThrowsAndMeetsEveryVerdict() {
        SplittableRandom random = new SplittableRandom(SEED);
        List<byte[]> packets = new ArrayList<>(CapturedPackets.all());
        packets.add(behind(IpProtocol.DESTINATION_OPTIONS, "3c00010400000000".repeat(Ipv6Chain.MAX_HEADERS)));
        packets.add(behind(IpProtocol.FRAGMENT, "0600000100000007" + "1b581b5900100000".repeat(3)));
        for (int round = 0; round < ROUNDS; round++) {
            byte[] octets = packets.get(random.nextInt(packets.size())).clone();
            ByteBuffer buf = ByteBuffer.wrap(octets);
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                octets[random.nextInt(Math.min(octets.length, 80))] = mutation(random);
            }
            if (random.nextInt(4) == 0) {
                buf.limit(random.nextInt(octets.length + 1));
            }
            readSafely(buf);
        }
        assertThat(sink).isNotZero();
        assertThat(seen.keySet()).isEqualTo(EnumSet.complementOf(EnumSet.of(Verdict.BAD_NAME))); // BAD_NAME is of DNS
    }

    /** A packet of a kind that the kernel did not send. */
    private static byte[] behind(int nextHeader, String hex) {
        byte[] payload = HexFormat.of().parseHex(hex);
        byte[] octets = new byte[Ipv6Header.LENGTH + payload.length];
        ByteBuffer buf = ByteBuffer.wrap(octets).put(Ipv6Header.LENGTH, payload);
        Ipv6Repr.of(AddressText.parse6("fd07::1"), AddressText.parse6("fd07::2"), nextHeader)
                .emit(buf, 0, payload.length);
        return octets;
    }

    private static byte mutation(SplittableRandom random) {
        int[] telling = {0, 1, 0x20, 0x3f, 0xff, 0x80, 44, 60, 43, 51, 58, 131};
        return (byte) (random.nextBoolean() ? telling[random.nextInt(telling.length)] : random.nextInt());
    }

    @Test
    void read_everyTruncationOfEveryCapture_neverThrows() {
        for (byte[] octets : CapturedPackets.all()) {
            for (int length = 0; length <= octets.length; length++) {
                readSafely(ByteBuffer.wrap(octets, 0, length).slice());
            }
        }
        assertThat(seen).containsKeys(Verdict.OK, Verdict.TRUNCATED);
    }

    private void readSafely(ByteBuffer buf) {
        try {
            read(buf);
        } catch (RuntimeException e) {
            byte[] octets = new byte[buf.limit()];
            buf.get(0, octets);
            throw new AssertionError("threw on " + HexFormat.of().formatHex(octets), e);
        }
    }

    private void read(ByteBuffer buf) {
        Verdict verdict = switch (IpVersion.of(buf, 0)) {
            case IpVersion.V4 -> read4(buf);
            case IpVersion.V6 -> read6(buf);
            default -> {
                seen.merge(Ipv6Header.check(buf, 0, buf.limit()), 1, Integer::sum);
                yield Ipv4Header.check(buf, 0, buf.limit(), Checksums.VERIFY);
            }
        };
        seen.merge(verdict, 1, Integer::sum);
    }

    private Verdict read4(ByteBuffer buf) {
        if (Ipv4Header.checkQuoted(buf, 0, buf.limit()) == Verdict.OK) {
            sink += Ipv4Header.protocol(buf, 0);
        }
        seen.merge(Ipv4Header.check(buf, 0, buf.limit(), Checksums.VERIFY), 1, Integer::sum);
        Verdict verdict = Ipv4Header.check(buf, 0, buf.limit(), Checksums.OFFLOADED);
        if (verdict != Verdict.OK) {
            return verdict;
        }
        sink += Ipv4Repr.parse(buf, 0).hashCode();
        sink += Icmpv4Error.mayAnswer(buf, 0) ? 1 : 0;
        int sum = Ipv4Header.addressSum(buf, 0);
        return readTransport(
                buf, Ipv4Header.payloadAt(buf, 0), Ipv4Header.payloadLength(buf, 0), Ipv4Header.protocol(buf, 0), sum);
    }

    private Verdict read6(ByteBuffer buf) {
        Verdict verdict = Ipv6Header.check(buf, 0, buf.limit());
        if (verdict != Verdict.OK) {
            return verdict;
        }
        sink += Ipv6Repr.parse(buf, 0).hashCode();
        verdict = chain.walk(buf, 0);
        sink += Icmpv6Error.mayAnswer(buf, 0, chain, Icmpv6.PARAMETER_PROBLEM, 0) ? 1 : 0;
        if (verdict != Verdict.OK) {
            return verdict;
        }
        sink += chain.fragmentOffset() + chain.identification() + chain.protocolNamedAt();
        int sum = Ipv6Header.addressSum(buf, 0);
        return readTransport(buf, chain.payloadOffset(), chain.payloadLength(), chain.protocol(), sum);
    }

    private Verdict readTransport(ByteBuffer buf, int at, int length, int protocol, int sum) {
        seen.merge(Icmpv4.check(buf, at, length, Checksums.VERIFY), 1, Integer::sum);
        seen.merge(Icmpv6.check(buf, at, length, sum, Checksums.VERIFY), 1, Integer::sum);
        seen.merge(UdpHeader.check6(buf, at, length, sum, Checksums.VERIFY), 1, Integer::sum);
        if (protocol == IpProtocol.UDP) {
            Verdict verdict = UdpHeader.check4(buf, at, length, sum, Checksums.OFFLOADED);
            if (verdict == Verdict.OK) {
                sink += UdpRepr.parse(buf, at).hashCode();
                sink += buf.slice(UdpHeader.payloadAt(at), UdpHeader.payloadLength(buf, at))
                        .limit();
            }
            return verdict;
        }
        if (Icmpv4.check(buf, at, length, Checksums.OFFLOADED) == Verdict.OK) {
            sink += IcmpRepr.parse(buf, at).hashCode();
        }
        // Every other payload is read as a segment: more of them reach the options that way.
        Verdict verdict = TcpHeader.check(buf, at, length, sum, Checksums.OFFLOADED);
        if (verdict == Verdict.OK) {
            sink += TcpHeader.payloadAt(buf, at) + TcpHeader.urgentPointer(buf, at) + TcpHeader.window(buf, at);
            verdict = options.parse(buf, at);
            for (int block = 0; block < options.sackCount(); block++) {
                sink += options.sackRight(block);
            }
        }
        return verdict;
    }
}
