package io.sluice.proxycodec.trojan;

import io.netty.buffer.ByteBuf;
import io.sluice.proxycodec.MalformedMessageException;
import io.sluice.proxycodec.socks.MalformedSocksException;
import io.sluice.proxycodec.socks.Socks5Address;
import java.net.InetSocketAddress;

/**
 * What the client wants.
 *
 * <pre>
 * +-----------------------+---------+------+----------------+---------+----------+
 * | hex(SHA-224(password))|  CRLF   | CMD  | SOCKS5 address |  CRLF   | payload  |
 * +-----------------------+---------+------+----------------+---------+----------+
 * |          56           | X'0D0A' |  1   |    Variable    | X'0D0A' | Variable |
 * +-----------------------+---------+------+----------------+---------+----------+
 * </pre>
 *
 * @param datagrams CMD X'03', UDP ASSOCIATE; else X'01', CONNECT
 * @param destination unresolved for a domain name; of an association it says nothing
 */
public record TrojanRequest(boolean datagrams, InetSocketAddress destination) {

    static final int CONNECT = 1;
    static final int UDP_ASSOCIATE = 3;

    /** Ends the key, and the request. */
    public static final int CRLF = 0x0D0A;

    /** Key and CRLF: as much as tells a client from a stranger. */
    public static final int GREETING_LENGTH = TrojanKey.LENGTH + 2;

    /** Octets that {@link #write} will add. */
    public int length() {
        return GREETING_LENGTH + 1 + Socks5Address.length(destination) + 2;
    }

    /** The whole request; {@code destination} can be carried. */
    public void write(TrojanKey key, ByteBuf out) {
        key.write(out);
        out.writeShort(CRLF);
        out.writeByte(datagrams ? UDP_ASSOCIATE : CONNECT);
        Socks5Address.write(destination, out);
        out.writeShort(CRLF);
    }

    /** Reads what follows the greeting, with the reader index behind that; null if it is not complete yet. */
    public static TrojanRequest read(ByteBuf in) throws MalformedMessageException {
        int start = in.readerIndex();
        if (!in.isReadable()) {
            return null;
        }
        int command = in.getUnsignedByte(start);
        if (command != CONNECT && command != UDP_ASSOCIATE) {
            throw new MalformedMessageException("command " + command + " is not 1 or 3");
        }
        in.skipBytes(1);
        InetSocketAddress destination = address(in);
        if (destination == null || in.readableBytes() < 2) {
            in.readerIndex(start);
            return null;
        }
        if (in.readUnsignedShort() != CRLF) {
            throw new MalformedMessageException("the request does not end with CRLF");
        }
        return new TrojanRequest(command == UDP_ASSOCIATE, destination);
    }

    static InetSocketAddress address(ByteBuf in) throws MalformedMessageException {
        try {
            return Socks5Address.read(in);
        } catch (MalformedSocksException e) {
            throw new MalformedMessageException(e.getMessage());
        }
    }
}
