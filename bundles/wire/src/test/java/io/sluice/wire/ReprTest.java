package io.sluice.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** What is emitted is accepted, and parses to what was emitted. */
class ReprTest {

    @Property
    void ipv4_parseOfEmit_isIdentity(
            @ForAll @IntRange(min = 0x01000000, max = 0x7fffffff) int source,
            @ForAll int destination,
            @ForAll @IntRange(max = 255) int octet,
            @ForAll @IntRange(max = 65_535) int word,
            @ForAll @IntRange(max = 1480) int payload) {
        Ipv4Repr repr = new Ipv4Repr(
                new Ip4Address(source), new Ip4Address(destination), octet, word, 0x4000, 255 - octet, octet ^ 0x55);
        ByteBuffer buf = ByteBuffer.allocate(3 + 20 + payload);
        repr.emit(buf, 3, payload);
        assertThat(Ipv4Header.check(buf, 3, 20 + payload, Checksums.VERIFY)).isEqualTo(Verdict.OK);
        assertThat(Ipv4Repr.parse(buf, 3)).isEqualTo(repr);
        assertThat(Ipv4Header.payloadLength(buf, 3)).isEqualTo(payload);
    }

    @Property
    void ipv6_parseOfEmit_isIdentity(
            @ForAll @IntRange(max = 0xfeff) int prefix,
            @ForAll long bits,
            @ForAll @IntRange(max = 255) int octet,
            @ForAll @IntRange(max = 0xfffff) int label,
            @ForAll @IntRange(max = 1480) int payload) {
        Ip6Address source = new Ip6Address((long) prefix << 48 | 1, bits);
        Ip6Address destination = new Ip6Address(~source.high(), ~bits);
        Ipv6Repr repr = new Ipv6Repr(source, destination, octet, label, 255 - octet, octet ^ 0x55);
        ByteBuffer buf = ByteBuffer.allocate(5 + 40 + payload);
        repr.emit(buf, 5, payload);
        assertThat(Ipv6Header.check(buf, 5, 40 + payload)).isEqualTo(Verdict.OK);
        assertThat(Ipv6Repr.parse(buf, 5)).isEqualTo(repr);
    }

    @Property
    void tcp_parseOfEmit_isIdentity(@ForAll("segments") TcpRepr repr, @ForAll @Size(max = 64) byte[] payload) {
        for (String[] pair : FAMILIES) {
            ByteBuffer buf = PacketComposer.tcp(IpAddress.parse(pair[0]), IpAddress.parse(pair[1]), repr, payload);
            int at = transportAt(buf);
            int sum = addressSum(buf);
            assertThat(TcpHeader.check(buf, at, buf.limit() - at, sum, Checksums.VERIFY))
                    .isEqualTo(Verdict.OK);
            assertThat(TcpRepr.parse(buf, at)).isEqualTo(repr);
            assertThat(TcpHeader.headerLength(buf, at)).isEqualTo(repr.headerLength());
            assertThat(buf.slice(TcpHeader.payloadAt(buf, at), payload.length)).isEqualTo(ByteBuffer.wrap(payload));
        }
    }

    @Property
    void udp_parseOfEmit_isIdentity(
            @ForAll @IntRange(max = 65_535) int from,
            @ForAll @IntRange(max = 65_535) int to,
            @ForAll @Size(max = 64) byte[] payload) {
        for (String[] pair : FAMILIES) {
            UdpRepr repr = new UdpRepr(from, to);
            ByteBuffer buf = PacketComposer.udp(IpAddress.parse(pair[0]), IpAddress.parse(pair[1]), repr, payload);
            int at = transportAt(buf);
            int length = buf.limit() - at;
            assertThat(UdpHeader.check6(buf, at, length, addressSum(buf), Checksums.VERIFY))
                    .isEqualTo(Verdict.OK);
            assertThat(UdpRepr.parse(buf, at)).isEqualTo(repr);
            assertThat(UdpHeader.payloadLength(buf, at)).isEqualTo(payload.length);
        }
    }

    @Property
    void icmp_parseOfEmit_isIdentity(
            @ForAll @IntRange(max = 255) int type,
            @ForAll @IntRange(max = 255) int code,
            @ForAll int rest,
            @ForAll @Size(max = 64) byte[] body) {
        IcmpRepr repr = new IcmpRepr(type, code, rest);
        ByteBuffer four = PacketComposer.icmp(IpAddress.parse("10.7.0.1"), IpAddress.parse("10.7.0.2"), repr, body);
        assertThat(Icmpv4.check(four, 20, four.limit() - 20, Checksums.VERIFY)).isEqualTo(Verdict.OK);
        assertThat(IcmpRepr.parse(four, 20)).isEqualTo(repr);
        ByteBuffer six = PacketComposer.icmp(IpAddress.parse("fd07::1"), IpAddress.parse("fd07::2"), repr, body);
        assertThat(Icmpv6.check(six, 40, six.limit() - 40, Ipv6Header.addressSum(six, 0), Checksums.VERIFY))
                .isEqualTo(Verdict.OK);
        assertThat(IcmpRepr.parse(six, 40)).isEqualTo(repr);
    }

    @Example
    void composer_recordedEcho_givesTheKernelsPacket() {
        ByteBuffer kernels = CapturedPackets.of("icmp4-echo-reply");
        ByteBuffer buf = PacketComposer.icmp(
                IpAddress.parse("10.7.0.2"),
                IpAddress.parse("10.7.0.1"),
                IcmpRepr.echo(Icmpv4.ECHO_REPLY, 17_737, 1),
                new byte[] {0, 1, 2, 3, 4, 5, 6, 7});
        Ipv4Header.putIdentification(buf, 0, Ipv4Header.identification(kernels, 0));
        Ipv4Header.putFlagsAndOffset(buf, 0, 0);
        assertThat(buf).isEqualTo(kernels);
    }

    @Example
    void composer_addressesOfTwoFamilies_areRefused() {
        assertThatThrownBy(() -> PacketComposer.udp(
                        IpAddress.parse("10.7.0.1"), IpAddress.parse("fd07::2"), new UdpRepr(1, 2), new byte[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("10.7.0.1")
                .hasMessageContaining("fd07::2");
    }

    private static final String[][] FAMILIES = {{"10.7.0.1", "10.7.0.2"}, {"fd07::1", "fd07::2"}};

    @Provide
    Arbitrary<TcpRepr> segments() {
        Arbitrary<Integer> words = Arbitraries.integers().between(0, 65_535);
        Arbitrary<Integer> numbers = Arbitraries.integers();
        return Combinators.combine(
                        words, words, numbers, numbers, Arbitraries.of(0x02, 0x12, 0x10, 0x18, 0x11, 0x14), words)
                .flatAs((from, to, sequence, acknowledgment, flags, window) -> options((flags & TcpHeader.SYN) != 0)
                        .map(options -> new TcpRepr(from, to, sequence, acknowledgment, flags, window, 0, options)));
    }

    private static Arbitrary<TcpRepr.Options> options(boolean syn) {
        Arbitrary<Integer> numbers = Arbitraries.integers();
        Arbitrary<Optional<TcpRepr.Timestamps>> timestamps = Combinators.combine(numbers, numbers)
                .as(TcpRepr.Timestamps::new)
                .optional();
        Arbitrary<List<TcpRepr.SackBlock>> blocks = Combinators.combine(numbers, numbers)
                .as(TcpRepr.SackBlock::new)
                .list()
                .ofMaxSize(syn ? 0 : 3);
        Arbitrary<Optional<Integer>> mss =
                Arbitraries.integers().between(0, 65_535).optional(syn ? 0.7 : 0);
        Arbitrary<Optional<Integer>> shift =
                Arbitraries.integers().between(0, 14).optional(syn ? 0.7 : 0);
        Arbitrary<Boolean> sackPermitted = syn ? Arbitraries.of(true, false) : Arbitraries.just(false);
        return Combinators.combine(mss, shift, sackPermitted, timestamps, blocks)
                .as((m, s, p, t, b) -> new TcpRepr.Options(
                        m.map(OptionalInt::of).orElse(OptionalInt.empty()),
                        s.map(OptionalInt::of).orElse(OptionalInt.empty()),
                        p,
                        t,
                        b));
    }

    private static int transportAt(ByteBuffer buf) {
        return IpVersion.of(buf, 0) == IpVersion.V4 ? 20 : 40;
    }

    private static int addressSum(ByteBuffer buf) {
        return IpVersion.of(buf, 0) == IpVersion.V4 ? Ipv4Header.addressSum(buf, 0) : Ipv6Header.addressSum(buf, 0);
    }
}
