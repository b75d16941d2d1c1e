package io.sluice.proxycodec.socks;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;

/** The client's half: writes what proxies are asked, reads what they say. The layouts are drawn in {@link Socks5ServerCodec}. */
public final class Socks5ClientCodec {

    private Socks5ClientCodec() {}

    /** A greeting that offers these methods. */
    public static void writeGreeting(ByteBuf out, int... methods) {
        out.writeByte(Socks5.VERSION).writeByte(methods.length);
        for (int method : methods) {
            out.writeByte(method);
        }
    }

    public static void writeCredentials(ByteBuf out, Socks5Credentials credentials) {
        credentials.write(out);
    }

    /**
     * @param destination carriable ({@link Socks5Address#isCarriable})
     */
    public static void writeRequest(ByteBuf out, int command, InetSocketAddress destination) {
        out.writeByte(Socks5.VERSION).writeByte(command).writeByte(0);
        Socks5Address.write(destination, out);
    }

    /** Octets of a greeting with up to two methods, the credentials if there are any, and the request. */
    public static int length(Socks5Credentials credentials, InetSocketAddress destination) {
        return 4 + (credentials == null ? 0 : credentials.length()) + 3 + Socks5Address.length(destination);
    }

    /** RFC 1928 §3: the method that the proxy chose; -1 if it has not yet. */
    public static int readMethod(ByteBuf in) throws MalformedSocksException {
        return readPair(in, Socks5.VERSION);
    }

    /** RFC 1929 §2: the status of the password method, 0 for success; -1 if it has not come yet. */
    public static int readAuthentication(ByteBuf in) throws MalformedSocksException {
        return readPair(in, Socks5.AUTH_VERSION);
    }

    private static int readPair(ByteBuf in, int version) throws MalformedSocksException {
        int start = in.readerIndex();
        int available = in.readableBytes();
        if (available >= 1 && in.getUnsignedByte(start) != version) {
            throw new MalformedSocksException(
                    Socks5Status.GENERAL_FAILURE,
                    "its first octet is " + in.getUnsignedByte(start) + " where " + version + " belongs");
        }
        if (available < 2) {
            return -1;
        }
        in.skipBytes(1);
        return in.readUnsignedByte();
    }

    /**
     * RFC 1928 §6. The reserved octet is not looked at: proxies that leave rubbish there exist, and it means nothing.
     *
     * @return null if it is not complete yet
     */
    public static Socks5Reply readReply(ByteBuf in) throws MalformedSocksException {
        int start = in.readerIndex();
        int available = in.readableBytes();
        if (available >= 1 && in.getUnsignedByte(start) != Socks5.VERSION) {
            throw new MalformedSocksException(
                    Socks5Status.GENERAL_FAILURE,
                    "its first octet is " + in.getUnsignedByte(start) + " where 5 belongs");
        }
        if (available < 4) {
            return null;
        }
        int code = in.getUnsignedByte(start + 1);
        in.readerIndex(start + 3);
        InetSocketAddress bound = null;
        try {
            bound = Socks5Address.read(in);
        } finally {
            if (bound == null) {
                in.readerIndex(start);
            }
        }
        return bound == null ? null : new Socks5Reply(code, bound);
    }

    /** REP of a reply of which only the beginning came before the proxy hung up; -1 if not even that. Moves nothing. */
    public static int peekReplyCode(ByteBuf in) {
        int start = in.readerIndex();
        return in.readableBytes() >= 2 && in.getUnsignedByte(start) == Socks5.VERSION
                ? in.getUnsignedByte(start + 1)
                : -1;
    }
}
