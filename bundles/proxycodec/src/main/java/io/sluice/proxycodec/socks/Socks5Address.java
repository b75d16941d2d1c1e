package io.sluice.proxycodec.socks;

import io.netty.buffer.ByteBuf;
import io.sluice.proxycodec.HostNames;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * The address that requests, replies and datagrams share (RFC 1928 §5).
 *
 * <pre>
 * +------+----------+----------+
 * | ATYP |   ADDR   |   PORT   |      1: 4 octets, 3: length octet and name, 4: 16 octets; port in network order
 * +------+----------+----------+
 * |  1   | Variable |    2     |
 * +------+----------+----------+
 * </pre>
 *
 * A name is an unresolved {@link InetSocketAddress}; a name that is an address in text becomes that address, so that no rule on
 * addresses can be passed by writing it as a name.
 */
public final class Socks5Address {

    static final int IPV4 = 1;
    static final int NAME = 3;
    static final int IPV6 = 4;

    /** Longest form: ATYP, length, 255 octets of name, port. */
    public static final int MAX_LENGTH = 1 + 1 + Socks5.MAX_NAME_LENGTH + 2;

    /** 0.0.0.0:0, for "not known" in both directions (RFC 1928 §7). */
    public static final InetSocketAddress UNSPECIFIED = new InetSocketAddress(HostNames.address(new byte[4]), 0);

    private Socks5Address() {}

    /** Whether a name can be carried: 1 to 255 octets of visible ASCII. */
    public static boolean isCarriable(InetSocketAddress address) {
        return HostNames.isCarriable(address);
    }

    /** Octets that {@link #write} will add. */
    public static int length(InetSocketAddress address) {
        if (address.isUnresolved()) {
            return 1 + 1 + address.getHostString().length() + 2;
        }
        return 1 + (address.getAddress() instanceof Inet4Address ? 4 : 16) + 2;
    }

    /**
     * @param address carriable
     */
    public static void write(InetSocketAddress address, ByteBuf out) {
        if (address.isUnresolved()) {
            String name = address.getHostString();
            out.writeByte(NAME).writeByte(name.length());
            out.writeCharSequence(name, StandardCharsets.US_ASCII);
        } else {
            byte[] octets = address.getAddress().getAddress();
            out.writeByte(octets.length == 4 ? IPV4 : IPV6).writeBytes(octets);
        }
        out.writeShort(address.getPort());
    }

    /** Reads one address at the reader index; null if it is not complete yet. */
    public static InetSocketAddress read(ByteBuf in) throws MalformedSocksException {
        int start = in.readerIndex();
        int available = in.readableBytes();
        if (available < 1) {
            return null;
        }
        int type = in.getUnsignedByte(start);
        return switch (type) {
            case IPV4 -> available < 1 + 4 + 2 ? null : readOctets(in, 4);
            case IPV6 -> available < 1 + 16 + 2 ? null : readOctets(in, 16);
            case NAME -> readName(in, start, available);
            default ->
                throw new MalformedSocksException(
                        Socks5Status.ADDRESS_TYPE_NOT_SUPPORTED, "address type " + type + " is not 1, 3 or 4");
        };
    }

    private static InetSocketAddress readOctets(ByteBuf in, int length) {
        in.skipBytes(1);
        byte[] octets = new byte[length];
        in.readBytes(octets);
        return new InetSocketAddress(HostNames.address(octets), in.readUnsignedShort());
    }

    private static InetSocketAddress readName(ByteBuf in, int start, int available) throws MalformedSocksException {
        if (available < 2) {
            return null;
        }
        int length = in.getUnsignedByte(start + 1);
        if (length == 0) {
            throw new MalformedSocksException(Socks5Status.GENERAL_FAILURE, "the name is empty");
        }
        if (!HostNames.areVisible(in, start + 2, Math.min(length, available - 2))) {
            throw new MalformedSocksException(
                    Socks5Status.GENERAL_FAILURE, "the name holds an octet that is no visible ASCII character");
        }
        if (available < 2 + length + 2) {
            return null;
        }
        in.skipBytes(2);
        String name = HostNames.read(in, length);
        return HostNames.endpoint(name, in.readUnsignedShort());
    }
}
