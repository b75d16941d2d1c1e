package io.sluice.proxycodec.socks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.InetSocketAddress;

/** The server's half: reads what clients say, writes what they are told. */
public final class Socks5ServerCodec {

    private Socks5ServerCodec() {}

    /**
     * <pre>
     * +-----+----------+----------+
     * | VER | NMETHODS | METHODS  |
     * +-----+----------+----------+
     * |  1  |    1     | 1 to 255 |
     * +-----+----------+----------+
     * </pre>
     *
     * No method at all is read as a greeting that offers nothing, so that it is answered with X'FF' like one that offers strange ones.
     */
    public static Socks5Greeting readGreeting(ByteBuf in) throws MalformedSocksException {
        int start = in.readerIndex();
        int available = in.readableBytes();
        if (available >= 1 && in.getUnsignedByte(start) != Socks5.VERSION) {
            throw new MalformedSocksException(
                    Socks5Status.GENERAL_FAILURE, "version " + in.getUnsignedByte(start) + " is not 5");
        }
        if (available < 2) {
            return null;
        }
        int methods = in.getUnsignedByte(start + 1);
        if (available < 2 + methods) {
            return null;
        }
        boolean noAuth = false;
        boolean userPassword = false;
        for (int i = 0; i < methods; i++) {
            int method = in.getUnsignedByte(start + 2 + i);
            noAuth |= method == Socks5.NO_AUTH;
            userPassword |= method == Socks5.USER_PASSWORD;
        }
        in.skipBytes(2 + methods);
        return new Socks5Greeting(noAuth, userPassword);
    }

    /**
     * <pre>
     * +-----+------+----------+------+----------+
     * | VER | ULEN |  UNAME   | PLEN |  PASSWD  |      RFC 1929 §2
     * +-----+------+----------+------+----------+
     * |  1  |  1   | 0 to 255 |  1   | 0 to 255 |
     * +-----+------+----------+------+----------+
     * </pre>
     */
    public static Socks5Credentials readCredentials(ByteBuf in) throws MalformedSocksException {
        int start = in.readerIndex();
        int available = in.readableBytes();
        if (available >= 1 && in.getUnsignedByte(start) != Socks5.AUTH_VERSION) {
            throw new MalformedSocksException(
                    Socks5Status.GENERAL_FAILURE,
                    "version " + in.getUnsignedByte(start) + " of the password method is not 1");
        }
        if (available < 2) {
            return null;
        }
        int userLength = in.getUnsignedByte(start + 1);
        if (available < 2 + userLength + 1) {
            return null;
        }
        int passwordLength = in.getUnsignedByte(start + 2 + userLength);
        if (available < 2 + userLength + 1 + passwordLength) {
            return null;
        }
        byte[] user = new byte[userLength];
        byte[] password = new byte[passwordLength];
        in.skipBytes(2).readBytes(user).skipBytes(1).readBytes(password);
        return new Socks5Credentials(user, password);
    }

    /**
     * <pre>
     * +-----+-----+-------+----------------+
     * | VER | CMD |  RSV  |    address     |
     * +-----+-----+-------+----------------+
     * |  1  |  1  | X'00' |    Variable    |
     * +-----+-----+-------+----------------+
     * </pre>
     */
    public static Socks5Request readRequest(ByteBuf in) throws MalformedSocksException {
        int start = in.readerIndex();
        int available = in.readableBytes();
        if (available >= 1 && in.getUnsignedByte(start) != Socks5.VERSION) {
            throw new MalformedSocksException(
                    Socks5Status.GENERAL_FAILURE, "version " + in.getUnsignedByte(start) + " is not 5");
        }
        if (available < 2) {
            return null;
        }
        Socks5Command command = Socks5Command.of(in.getUnsignedByte(start + 1));
        if (command == null) {
            throw new MalformedSocksException(
                    Socks5Status.COMMAND_NOT_SUPPORTED,
                    "command " + in.getUnsignedByte(start + 1) + " is not 1, 2 or 3");
        }
        if (available < 3) {
            return null;
        }
        if (in.getByte(start + 2) != 0) {
            throw new MalformedSocksException(Socks5Status.GENERAL_FAILURE, "the reserved octet is not 0");
        }
        in.readerIndex(start + 3);
        InetSocketAddress destination = null;
        try {
            destination = Socks5Address.read(in);
        } finally {
            if (destination == null) {
                in.readerIndex(start);
            }
        }
        return destination == null ? null : new Socks5Request(command, destination);
    }

    /** The choice of method, or {@link Socks5#NONE_ACCEPTABLE}. The caller owns the result. */
    public static ByteBuf method(ByteBufAllocator allocator, int method) {
        return allocator.buffer(2).writeByte(Socks5.VERSION).writeByte(method);
    }

    /** The outcome of the password method. The caller owns the result. */
    public static ByteBuf authentication(ByteBufAllocator allocator, boolean success) {
        return allocator.buffer(2).writeByte(Socks5.AUTH_VERSION).writeByte(success ? Socks5.AUTH_SUCCESS : 1);
    }

    /** A reply. The caller owns the result. */
    public static ByteBuf reply(ByteBufAllocator allocator, Socks5Status status, InetSocketAddress bound) {
        ByteBuf out = allocator.buffer(3 + Socks5Address.length(bound));
        out.writeByte(Socks5.VERSION).writeByte(status.code()).writeByte(0);
        Socks5Address.write(bound, out);
        return out;
    }
}
