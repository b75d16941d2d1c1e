package io.sluice.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class ChecksumTest {

    /** RFC 1071 §3. */
    @Example
    void sum_exampleOfRfc1071() {
        assertThat(Checksum.sum(hex("0001f203f4f5f6f7"), 0, 8)).isEqualTo(0xddf2);
        assertThat(Checksum.complement(0xddf2)).isEqualTo(0x220d);
    }

    /** RFC 1624 §4: the case in which the older equation gives 0xffff. */
    @Example
    void update_exampleOfRfc1624() {
        assertThat(Checksum.update16(0xdd2f, 0x5555, 0x3285)).isZero();
    }

    @Example
    void sum_ofNothing_isZero() {
        assertThat(Checksum.sum(hex(""), 0, 0)).isZero();
    }

    @Example
    void sum_ofLargestPacket_doesNotOverflow() {
        ByteBuffer ones = ByteBuffer.allocateDirect(65_535);
        for (int i = 0; i < ones.capacity(); i++) {
            ones.put(i, (byte) 0xff);
        }
        assertThat(Checksum.sum(ones, 0, 65_535)).isEqualTo(naive(ones, 0, 65_535));
    }

    @Property
    void sum_anyOctets_equalsWordByWord(
            @ForAll @Size(max = 200) byte[] octets, @ForAll @IntRange(max = 16) int from, @ForAll boolean direct) {
        ByteBuffer buf = place(octets, direct);
        int at = Math.min(from, octets.length);
        assertThat(Checksum.sum(buf, at, octets.length - at)).isEqualTo(naive(buf, at, octets.length - at));
    }

    @Property
    void sum_inTwoPieces_equalsWhole(
            @ForAll @Size(min = 1, max = 99) byte[] octets, @ForAll @IntRange(max = 99) int cut) {
        ByteBuffer buf = ByteBuffer.wrap(octets);
        int first = Math.min(cut, octets.length);
        int tail = Checksum.sum(buf, first, octets.length - first);
        int sum = Checksum.sum(buf, 0, first) + ((first & 1) == 0 ? tail : Checksum.swap(tail));
        assertThat(Checksum.complement(sum)).isEqualTo(Checksum.complement(Checksum.sum(buf, 0, octets.length)));
    }

    @Property
    void sum_ofWords_equalsSumOfTheirOctets(@ForAll long word) {
        ByteBuffer buf = ByteBuffer.allocate(8).putLong(0, word);
        assertThat(Checksum.of64(word)).isEqualTo(Checksum.sum(buf, 0, 8));
        assertThat(Checksum.of32((int) word)).isEqualTo(Checksum.sum(buf, 4, 4));
    }

    @Property
    void replace_anyWord_keepsPacketIntact(
            @ForAll("headers") byte[] octets, @ForAll @IntRange(max = 8) int word, @ForAll int value) {
        ByteBuffer buf = ByteBuffer.wrap(octets);
        Octets.put16(buf, 0, 0);
        Octets.put16(buf, 0, Checksum.complement(Checksum.sum(buf, 0, octets.length)));

        Checksum.replace16(buf, 0, 2 + 2 * word, value);
        assertThat(Octets.u16(buf, 2 + 2 * word)).isEqualTo(value & 0xffff);
        assertThat(Checksum.isIntact(Checksum.sum(buf, 0, octets.length))).isTrue();

        Checksum.replace32(buf, 0, 2 + 2 * word, value);
        assertThat(buf.getInt(2 + 2 * word)).isEqualTo(value);
        assertThat(Checksum.isIntact(Checksum.sum(buf, 0, octets.length))).isTrue();
    }

    /** Not all zero: for nothing but zeros the two forms of zero differ, which no IP header can be. */
    @Provide
    Arbitrary<byte[]> headers() {
        return Arbitraries.bytes().array(byte[].class).ofSize(24).map(octets -> {
            octets[23] |= 1;
            return octets;
        });
    }

    @Property
    void isIntact_oneBitFlipped_isFalse(@ForAll @Size(24) byte[] octets, @ForAll @IntRange(max = 191) int bit) {
        ByteBuffer buf = ByteBuffer.wrap(octets);
        Octets.put16(buf, 0, 0);
        Octets.put16(buf, 0, Checksum.complement(Checksum.sum(buf, 0, octets.length)));
        octets[bit / 8] ^= (byte) (1 << bit % 8);
        assertThat(Checksum.isIntact(Checksum.sum(buf, 0, octets.length))).isFalse();
    }

    @Property
    void pseudoHeader_equalsSumOverItsOctets(
            @ForAll long a,
            @ForAll long b,
            @ForAll long c,
            @ForAll long d,
            @ForAll @IntRange(max = 65_535) int length) {
        ByteBuffer six =
                ByteBuffer.allocate(40).putLong(a).putLong(b).putLong(c).putLong(d);
        six.putInt(length).putInt(IpProtocol.TCP);
        assertThat(PseudoHeader.complete(PseudoHeader.addresses6(a, b, c, d), IpProtocol.TCP, length))
                .isEqualTo(naive(six, 0, 40));

        ByteBuffer four = ByteBuffer.allocate(12).putInt((int) a).putInt((int) b);
        four.putShort((short) IpProtocol.UDP).putShort((short) length);
        assertThat(PseudoHeader.complete(PseudoHeader.addresses4((int) a, (int) b), IpProtocol.UDP, length))
                .isEqualTo(naive(four, 0, 12));
    }

    private static ByteBuffer place(byte[] octets, boolean direct) {
        ByteBuffer buf = direct ? ByteBuffer.allocateDirect(octets.length) : ByteBuffer.allocate(octets.length);
        return buf.put(0, octets);
    }

    private static ByteBuffer hex(String digits) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(digits));
    }

    /** The sum as RFC 1071 §4.1 writes it down. */
    static int naive(ByteBuffer buf, int at, int length) {
        long sum = 0;
        for (int i = 0; i < length; i += 2) {
            int high = buf.get(at + i) & 0xff;
            int low = i + 1 < length ? buf.get(at + i + 1) & 0xff : 0;
            sum += high << 8 | low;
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (int) sum;
    }
}
