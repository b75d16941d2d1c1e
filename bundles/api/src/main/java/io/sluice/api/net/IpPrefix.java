package io.sluice.api.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Objects;

/**
 * An IPv4 or IPv6 prefix in CIDR notation (RFC 4632, RFC 4291 §2.3). Two uses: a network (host bits zero, see {@link #network()}) and an
 * interface address with its on-link length (host bits kept).
 *
 * @param address the address, never unresolved, never carrying a host name
 * @param length prefix length in bits, 0…32 or 0…128
 */
public record IpPrefix(InetAddress address, int length) {

    public IpPrefix {
        Objects.requireNonNull(address, "address");
        int bits = address.getAddress().length * Byte.SIZE;
        if (length < 0 || length > bits) {
            throw new IllegalArgumentException("prefix length " + length + " is not in 0…" + bits);
        }
        try {
            address = InetAddress.getByAddress(address.getAddress());
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("not an IP address: " + address, e);
        }
    }

    /**
     * Reads {@code 192.0.2.0/24}, {@code 2001:db8::/32} or a bare address (full length). Host names are refused, so nothing is resolved.
     *
     * @throws IllegalArgumentException with a sentence that names the text
     */
    public static IpPrefix parse(String text) {
        int slash = text.indexOf('/');
        String host = slash < 0 ? text : text.substring(0, slash);
        InetAddress address;
        try {
            address = InetAddress.ofLiteral(host);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not an IP prefix: '" + host + "' is not an IP address", e);
        }
        int bits = address.getAddress().length * Byte.SIZE;
        if (slash < 0) {
            return new IpPrefix(address, bits);
        }
        String digits = text.substring(slash + 1);
        if (digits.isEmpty() || digits.length() > 3 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not an IP prefix: '" + digits + "' is not a prefix length");
        }
        int length = Integer.parseInt(digits);
        if (length > bits) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not an IP prefix: length " + length + " is over " + bits);
        }
        return new IpPrefix(address, length);
    }

    public boolean isIpv6() {
        return address.getAddress().length == 16;
    }

    /** The same prefix with its host bits cleared. */
    public IpPrefix network() {
        byte[] bytes = address.getAddress();
        for (int bit = length; bit < bytes.length * Byte.SIZE; bit++) {
            bytes[bit >> 3] &= (byte) ~(0x80 >> (bit & 7));
        }
        try {
            return new IpPrefix(InetAddress.getByAddress(bytes), length);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether the address is of this family and inside this prefix. */
    public boolean contains(InetAddress other) {
        byte[] mine = address.getAddress();
        byte[] theirs = other.getAddress();
        if (mine.length != theirs.length) {
            return false;
        }
        int whole = length >> 3;
        if (!Arrays.equals(mine, 0, whole, theirs, 0, whole)) {
            return false;
        }
        int rest = length & 7;
        return rest == 0 || ((mine[whole] ^ theirs[whole]) & (0xff00 >> rest) & 0xff) == 0;
    }

    @Override
    public String toString() {
        return address.getHostAddress() + "/" + length;
    }
}
