package io.sluice.wire;

import java.nio.ByteBuffer;

/**
 * An IPv6 address. The predicates are static and take the bits, so that packet code needs no object.
 *
 * @param high the first eight octets
 * @param low the last eight octets
 */
public record Ip6Address(long high, long low) implements IpAddress {

    /** ::ffff:0:0/96, without the IPv4 address: RFC 4291 §2.5.5.2. */
    private static final long V4_MAPPED = 0xffffL << 32;

    /** ::, RFC 4291 §2.5.2. */
    public static boolean isUnspecified(long high, long low) {
        return (high | low) == 0;
    }

    /** ::1, RFC 4291 §2.5.3. */
    public static boolean isLoopback(long high, long low) {
        return high == 0 && low == 1;
    }

    /** ff00::/8, RFC 4291 §2.7; the high half tells. */
    public static boolean isMulticast(long high) {
        return high >>> 56 == 0xff;
    }

    /** fe80::/10, RFC 4291 §2.5.6; the high half tells. */
    public static boolean isLinkLocal(long high) {
        return high >>> 54 == 0x3fa;
    }

    /** fc00::/7, unique local: RFC 4193 §3.1; the high half tells. */
    public static boolean isUniqueLocal(long high) {
        return high >>> 57 == 0x7e;
    }

    /** ::ffff:0:0/96, RFC 4291 §2.5.5.2. */
    public static boolean isV4Mapped(long high, long low) {
        return high == 0 && low >>> 32 == 0xffff;
    }

    /** The low half of the IPv4-mapped form, whose high half is zero: both families in two longs. */
    public static long mappedLow(int v4) {
        return V4_MAPPED | (v4 & 0xffff_ffffL);
    }

    @Override
    public int version() {
        return IpVersion.V6;
    }

    @Override
    public byte[] octets() {
        return ByteBuffer.allocate(16).putLong(high).putLong(low).array();
    }

    @Override
    public String toString() {
        return AddressText.text6(high, low);
    }
}
