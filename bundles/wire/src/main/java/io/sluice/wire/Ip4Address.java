package io.sluice.wire;

/**
 * An IPv4 address. The predicates are static and take the bits, so that packet code needs no object.
 *
 * @param bits the four octets, the first in the highest position
 */
public record Ip4Address(int bits) implements IpAddress {

    /** 0.0.0.0, "this host on this network": RFC 1122 §3.2.1.3(a). */
    public static boolean isUnspecified(int bits) {
        return bits == 0;
    }

    /** 255.255.255.255: RFC 919 §7. */
    public static boolean isBroadcast(int bits) {
        return bits == -1;
    }

    /** 224.0.0.0/4: RFC 1112 §4. */
    public static boolean isMulticast(int bits) {
        return bits >>> 28 == 0xe;
    }

    /** 127.0.0.0/8: RFC 1122 §3.2.1.3(g). */
    public static boolean isLoopback(int bits) {
        return bits >>> 24 == 127;
    }

    /** 169.254.0.0/16: RFC 3927 §1. */
    public static boolean isLinkLocal(int bits) {
        return bits >>> 16 == 0xa9fe;
    }

    /** 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16: RFC 1918 §3. */
    public static boolean isPrivate(int bits) {
        return bits >>> 24 == 10 || bits >>> 20 == 0xac1 || bits >>> 16 == 0xc0a8;
    }

    /** One host: neither 0.0.0.0/8 (RFC 1122 §3.2.1.3), nor multicast, nor 240.0.0.0/4 with the broadcast address (RFC 1112 §4). */
    public static boolean isUnicast(int bits) {
        return bits >>> 24 != 0 && bits >>> 28 < 0xe;
    }

    @Override
    public int version() {
        return IpVersion.V4;
    }

    @Override
    public byte[] octets() {
        return new byte[] {(byte) (bits >>> 24), (byte) (bits >>> 16), (byte) (bits >>> 8), (byte) bits};
    }

    @Override
    public String toString() {
        return AddressText.text4(bits);
    }
}
