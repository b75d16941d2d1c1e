package io.sluice.wire;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/** An address as a value, for tests, logs and rare paths; packets carry it as an {@code int} or two {@code long}s. */
public sealed interface IpAddress permits Ip4Address, Ip6Address {

    /** 4 or 6. */
    int version();

    /** The address in network order, 4 or 16 octets, in a new array. */
    byte[] octets();

    /** The same address as the JDK writes it; no name look-up is made. */
    default InetAddress toInetAddress() {
        try {
            return InetAddress.getByAddress(octets());
        } catch (UnknownHostException e) {
            throw new AssertionError("an array of 4 or 16 octets is always an address", e);
        }
    }

    /** The same address as a value; a scope identifier is not kept. */
    static IpAddress of(InetAddress address) {
        ByteBuffer octets = ByteBuffer.wrap(address.getAddress());
        return address instanceof Inet4Address
                ? new Ip4Address(octets.getInt(0))
                : new Ip6Address(octets.getLong(0), octets.getLong(8));
    }

    /**
     * Reads an address as {@link AddressText} writes it, or in any other form of RFC 4291 §2.2; no host name, no zone.
     *
     * @throws IllegalArgumentException when the text is not an address
     */
    static IpAddress parse(CharSequence text) {
        return AddressText.parse(text);
    }
}
