package io.sluice.netlink.linux;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The attributes behind a fixed part, by type; unknown ones are carried and ignored, of a repeated one the last counts. */
public final class Attributes {

    /** NLA_F_NESTED and NLA_F_NET_BYTEORDER are flags in the type (linux/netlink.h). */
    private static final int TYPE_MASK = 0x3fff;

    private static final int IPV6_OCTETS = 16;

    private final Map<Integer, ByteBuffer> byType = new LinkedHashMap<>();

    private Attributes() {}

    /**
     * Reads attributes from the position to the limit.
     *
     * @throws NetlinkException if a length points outside
     */
    public static Attributes read(ByteBuffer in) throws NetlinkException {
        Attributes attributes = new Attributes();
        ByteBuffer rest = in.slice().order(ByteOrder.nativeOrder());
        while (rest.hasRemaining()) {
            int start = rest.position();
            if (rest.remaining() < NetlinkMessage.ATTRIBUTE_HEADER) {
                throw NetlinkMessage.malformed("attribute header of " + rest.remaining() + " octets");
            }
            int length = Short.toUnsignedInt(rest.getShort());
            int type = rest.getShort() & TYPE_MASK;
            if (length < NetlinkMessage.ATTRIBUTE_HEADER || length > rest.limit() - start) {
                throw NetlinkMessage.malformed(
                        "attribute " + type + " of " + length + " octets in " + (rest.limit() - start));
            }
            int data = NetlinkMessage.ATTRIBUTE_HEADER;
            attributes.byType.put(type, rest.slice(start + data, length - data).order(ByteOrder.nativeOrder()));
            rest.position(Math.min(rest.limit(), start + ((length + 3) & ~3)));
        }
        return attributes;
    }

    /** The elements of a nested list, all of one type and in their order. */
    public static List<ByteBuffer> elements(ByteBuffer in) throws NetlinkException {
        List<ByteBuffer> elements = new ArrayList<>();
        ByteBuffer rest = in.slice().order(ByteOrder.nativeOrder());
        while (rest.hasRemaining()) {
            int start = rest.position();
            int length = rest.remaining() < NetlinkMessage.ATTRIBUTE_HEADER ? 0 : Short.toUnsignedInt(rest.getShort());
            if (length < NetlinkMessage.ATTRIBUTE_HEADER || length > rest.limit() - start) {
                throw NetlinkMessage.malformed("list element of " + length + " octets in " + (rest.limit() - start));
            }
            int data = NetlinkMessage.ATTRIBUTE_HEADER;
            elements.add(rest.slice(start + data, length - data).order(ByteOrder.nativeOrder()));
            rest.position(Math.min(rest.limit(), start + ((length + 3) & ~3)));
        }
        return elements;
    }

    /** Whether there is any of another type than these. */
    boolean hasBeyond(Set<Integer> types) {
        return !types.containsAll(byType.keySet());
    }

    /** A view of the attribute's data. */
    public Optional<ByteBuffer> data(int type) {
        return Optional.ofNullable(byType.get(type)).map(b -> b.duplicate().order(ByteOrder.nativeOrder()));
    }

    public int u32(int type, int absent) throws NetlinkException {
        ByteBuffer value = byType.get(type);
        return value == null ? absent : sized(type, value, Integer.BYTES).getInt(0);
    }

    public int u8(int type, int absent) throws NetlinkException {
        ByteBuffer value = byType.get(type);
        return value == null ? absent : Byte.toUnsignedInt(sized(type, value, 1).get(0));
    }

    /** An address; 16 octets are one of IPv6 whatever they hold, even an IPv4 address within (RFC 4291 §2.5.5.2), which Java makes one of IPv4 elsewhere. */
    public Optional<InetAddress> address(int type) throws NetlinkException {
        ByteBuffer value = byType.get(type);
        if (value == null) {
            return Optional.empty();
        }
        byte[] bytes = new byte[value.capacity()];
        value.get(0, bytes);
        try {
            return Optional.of(
                    bytes.length == IPV6_OCTETS
                            ? Inet6Address.getByAddress(null, bytes, -1)
                            : InetAddress.getByAddress(bytes));
        } catch (UnknownHostException e) {
            throw NetlinkMessage.malformed("attribute " + type + " is an address of " + bytes.length + " octets");
        }
    }

    /** A string up to its terminating zero. */
    public Optional<String> string(int type) {
        return data(type).map(value -> {
            byte[] bytes = new byte[value.remaining()];
            value.get(bytes);
            int length = 0;
            while (length < bytes.length && bytes[length] != 0) {
                length++;
            }
            return new String(bytes, 0, length, StandardCharsets.UTF_8);
        });
    }

    private static ByteBuffer sized(int type, ByteBuffer value, int size) throws NetlinkException {
        if (value.capacity() < size) {
            throw NetlinkMessage.malformed(
                    "attribute " + type + " of " + value.capacity() + " octets of data, not " + size);
        }
        return value;
    }
}
