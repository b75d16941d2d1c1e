package io.sluice.proxycodec.v2ray;

import io.netty.buffer.ByteBuf;
import io.sluice.proxycodec.HostNames;
import io.sluice.proxycodec.MalformedMessageException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * An endpoint as VMess, VLESS and Mux.cool write it: the port first, and other type numbers than SOCKS5.
 *
 * <pre>
 * +------+------+----------+
 * | PORT | TYPE |   ADDR   |      1: 4 octets, 2: length octet and name, 3: 16 octets; port in network order
 * +------+------+----------+
 * |  2   |  1   | Variable |
 * +------+------+----------+
 * </pre>
 */
public final class EndpointCodec {

    static final int IPV4 = 1;
    static final int NAME = 2;
    static final int IPV6 = 3;

    /** Longest form: port, type, length, 255 octets of name. */
    public static final int MAX_LENGTH = 2 + 1 + 1 + HostNames.MAX_LENGTH;

    private EndpointCodec() {}

    /** Octets that {@link #write} will add. */
    public static int length(InetSocketAddress endpoint) {
        if (endpoint.isUnresolved()) {
            return 2 + 1 + 1 + endpoint.getHostString().length();
        }
        return 2 + 1 + (endpoint.getAddress() instanceof Inet4Address ? 4 : 16);
    }

    /** @param endpoint its host can be carried: {@link HostNames#isCarriable} */
    public static void write(InetSocketAddress endpoint, ByteBuf out) {
        out.writeShort(endpoint.getPort());
        if (endpoint.isUnresolved()) {
            String name = endpoint.getHostString();
            out.writeByte(NAME).writeByte(name.length());
            out.writeCharSequence(name, StandardCharsets.US_ASCII);
        } else {
            byte[] octets = endpoint.getAddress().getAddress();
            out.writeByte(octets.length == 4 ? IPV4 : IPV6).writeBytes(octets);
        }
    }

    /** Reads one endpoint at the reader index; null if it is not complete yet. */
    public static InetSocketAddress read(ByteBuf in) throws MalformedMessageException {
        int start = in.readerIndex();
        int available = in.readableBytes();
        if (available < 3) {
            return null;
        }
        int type = in.getUnsignedByte(start + 2);
        return switch (type) {
            case IPV4 -> available < 3 + 4 ? null : readOctets(in, 4);
            case IPV6 -> available < 3 + 16 ? null : readOctets(in, 16);
            case NAME -> readName(in, start, available);
            default -> throw new MalformedMessageException("address type " + type + " is not 1, 2 or 3");
        };
    }

    private static InetSocketAddress readOctets(ByteBuf in, int length) {
        int port = in.readUnsignedShort();
        in.skipBytes(1);
        byte[] octets = new byte[length];
        in.readBytes(octets);
        return new InetSocketAddress(HostNames.address(octets), port);
    }

    private static InetSocketAddress readName(ByteBuf in, int start, int available) throws MalformedMessageException {
        if (available < 4) {
            return null;
        }
        int length = in.getUnsignedByte(start + 3);
        if (length == 0) {
            throw new MalformedMessageException("the name is empty");
        }
        if (!HostNames.areVisible(in, start + 4, Math.min(length, available - 4))) {
            throw new MalformedMessageException("the name holds an octet that is no visible ASCII character");
        }
        if (available < 4 + length) {
            return null;
        }
        int port = in.readUnsignedShort();
        in.skipBytes(2);
        return HostNames.endpoint(HostNames.read(in, length), port);
    }
}
