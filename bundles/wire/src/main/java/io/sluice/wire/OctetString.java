package io.sluice.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/** Octets as a value: immutable, compared by content. */
public final class OctetString {

    public static final OctetString EMPTY = new OctetString(new byte[0]);

    private final byte[] octets;

    private OctetString(byte[] octets) {
        this.octets = octets;
    }

    /** The octets given, copied. */
    public static OctetString of(byte... octets) {
        return octets.length == 0 ? EMPTY : new OctetString(octets.clone());
    }

    /** {@code length} octets of the buffer, copied. */
    public static OctetString copyOf(ByteBuffer buf, int at, int length) {
        byte[] octets = new byte[length];
        buf.get(at, octets);
        return new OctetString(octets);
    }

    /**
     * Reads what {@link #toString} writes.
     *
     * @throws IllegalArgumentException when the text is not an even number of hexadecimal digits
     */
    public static OctetString ofHex(String digits) {
        return new OctetString(HexFormat.of().parseHex(digits));
    }

    public int length() {
        return octets.length;
    }

    /** One octet, 0..255. */
    public int octet(int index) {
        return octets[index] & 0xff;
    }

    /** A copy. */
    public byte[] toArray() {
        return octets.clone();
    }

    /** Writes the octets and returns the index behind them. */
    public int put(ByteBuffer buf, int index) {
        buf.put(index, octets);
        return index + octets.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof OctetString that && Arrays.equals(octets, that.octets);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(octets);
    }

    /** Hexadecimal digits. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(octets);
    }
}
