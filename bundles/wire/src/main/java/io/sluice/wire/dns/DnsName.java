package io.sluice.wire.dns;

import io.sluice.wire.Ip4Address;
import io.sluice.wire.Ip6Address;
import io.sluice.wire.IpAddress;
import io.sluice.wire.Octets;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A domain name: RFC 1035 §3.1. Letters keep their case and are compared without it (RFC 4343). Labels may hold any octet; as text, a dot or
 * backslash inside one is written {@code \.} or {@code \\}, and what is not printable ASCII {@code \DDD} (RFC 1035 §5.1). The text has no dot at its
 * end, but for the root, which is {@code "."}. Names in other alphabets come in their ASCII form (RFC 5890): convert them before.
 */
public final class DnsName {

    /** The root. */
    public static final DnsName ROOT = new DnsName(new byte[1]);

    /** RFC 1035 §2.3.4. */
    public static final int MAX_LABEL = 63;
    /** Octets as written without compression: RFC 1035 §2.3.4. */
    public static final int MAX_LENGTH = DnsScan.MAX_NAME;

    /** Labels, each behind its length, the root's zero at the end. */
    private final byte[] octets;

    private final int hash;

    private DnsName(byte[] octets) {
        this.octets = octets;
        int sum = 0;
        for (byte octet : octets) {
            sum = 31 * sum + lower(octet);
        }
        this.hash = sum;
    }

    /**
     * Reads a name as {@link #toString} writes it; a dot at its end is allowed.
     *
     * @throws IllegalArgumentException when a label is empty or too long, the name is too long, or it holds anything but ASCII
     */
    public static DnsName parse(String text) {
        return DnsNameText.parse(text);
    }

    /** The name under which an address is looked up: RFC 1035 §3.5, RFC 3596 §2.5. */
    public static DnsName reverseOf(IpAddress address) {
        StringBuilder text = new StringBuilder(72);
        switch (address) {
            case Ip4Address(int bits) -> {
                for (int shift = 0; shift < 32; shift += 8) {
                    text.append(bits >>> shift & 0xff).append('.');
                }
                text.append("in-addr.arpa");
            }
            case Ip6Address(long high, long low) -> {
                for (int nibble = 0; nibble < 32; nibble++) {
                    long half = nibble < 16 ? low : high;
                    text.append(Character.forDigit((int) (half >>> (4 * (nibble & 15))) & 15, 16))
                            .append('.');
                }
                text.append("ip6.arpa");
            }
        }
        return parse(text.toString());
    }

    /** Copies a name out of a message that {@link DnsHeader#check} has accepted, following its compression. */
    static DnsName read(ByteBuffer buf, int at, int index) {
        byte[] name = new byte[MAX_LENGTH];
        int written = 0;
        int cursor = index;
        while (true) {
            int length = Octets.u8(buf, cursor);
            if (length >= 0xc0) {
                cursor = at + (Octets.u16(buf, cursor) & 0x3fff);
                continue;
            }
            buf.get(cursor, name, written, length + 1);
            written += length + 1;
            cursor += length + 1;
            if (length == 0) {
                return of(name, written);
            }
        }
    }

    /** A name of octets that are known to be one, copied. */
    static DnsName of(byte[] octets, int length) {
        return length == 1 ? ROOT : new DnsName(Arrays.copyOf(octets, length));
    }

    /** Octets as written without compression, 1..255. */
    public int length() {
        return octets.length;
    }

    public boolean isRoot() {
        return octets.length == 1;
    }

    /** How many labels, 0 for the root. */
    public int labels() {
        int labels = 0;
        for (int index = 0; octets[index] != 0; index += octets[index] + 1) {
            labels++;
        }
        return labels;
    }

    /**
     * The name without its first label.
     *
     * @throws IllegalStateException for the root
     */
    public DnsName parent() {
        if (isRoot()) {
            throw new IllegalStateException("the root of the domain name space has no parent");
        }
        int first = octets[0] + 1;
        return octets.length - first == 1 ? ROOT : new DnsName(Arrays.copyOfRange(octets, first, octets.length));
    }

    /** Whether this name is {@code domain} or lies below it. */
    public boolean isWithin(DnsName domain) {
        int index = 0;
        while (octets.length - index > domain.octets.length) {
            index += octets[index] + 1;
        }
        return octets.length - index == domain.octets.length && equalsFrom(index, domain);
    }

    /** The octet at {@code index} of the form without compression, 0..255. */
    int octet(int index) {
        return octets[index] & 0xff;
    }

    /** Writes the label at {@code from}, its length first, and returns the index behind it. */
    int putLabel(ByteBuffer out, int index, int from) {
        int length = octets[from] + 1;
        out.put(index, octets, from, length);
        return index + length;
    }

    private boolean equalsFrom(int from, DnsName that) {
        for (int index = 0; index < that.octets.length; index++) {
            if (lower(octets[from + index]) != lower(that.octets[index])) {
                return false;
            }
        }
        return true;
    }

    /** RFC 4343 §3: only the ASCII letters have a case. A length octet is at most 63 and never taken for a letter. */
    private static int lower(byte octet) {
        return octet >= 'A' && octet <= 'Z' ? octet + ('a' - 'A') : octet;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DnsName that
                && hash == that.hash
                && octets.length == that.octets.length
                && equalsFrom(0, that);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return DnsNameText.of(this);
    }
}
