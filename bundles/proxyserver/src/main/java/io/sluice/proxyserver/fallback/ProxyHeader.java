package io.sluice.proxyserver.fallback;

import io.netty.buffer.ByteBuf;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** The PROXY protocol (haproxy.org, proxy-protocol.txt): tells a server who the client is. */
final class ProxyHeader {

    /** §2.2: begins every header of version 2. */
    private static final byte[] SIGNATURE = {0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A};

    /** §2.2: version 2, command PROXY. */
    private static final int PROXY = 0x21;

    /** §2.2: version 2, command LOCAL: there is nothing to tell. */
    private static final int LOCAL = 0x20;

    /** §2.2: family and STREAM. */
    private static final int TCP4 = 0x11;

    private static final int TCP6 = 0x21;

    private ProxyHeader() {}

    /** @param version 1 or 2 */
    static void write(int version, InetSocketAddress client, InetSocketAddress local, ByteBuf out) {
        byte[] from = octets(client);
        byte[] to = octets(local);
        boolean told = from != null && to != null && from.length == to.length;
        if (version == 1) {
            String line = told
                    ? "PROXY TCP" + (from.length == 4 ? "4 " : "6 ")
                            + client.getAddress().getHostAddress() + " "
                            + local.getAddress().getHostAddress() + " " + client.getPort() + " " + local.getPort()
                    : "PROXY UNKNOWN"; // §2.1
            out.writeCharSequence(line + "\r\n", StandardCharsets.US_ASCII);
            return;
        }
        out.writeBytes(SIGNATURE);
        if (!told) {
            out.writeByte(LOCAL).writeByte(0).writeShort(0);
            return;
        }
        out.writeByte(PROXY).writeByte(from.length == 4 ? TCP4 : TCP6).writeShort(2 * from.length + 4);
        out.writeBytes(from).writeBytes(to).writeShort(client.getPort()).writeShort(local.getPort());
    }

    private static byte[] octets(InetSocketAddress endpoint) {
        if (endpoint.isUnresolved()) {
            return null;
        }
        byte[] octets = endpoint.getAddress().getAddress();
        return endpoint.getAddress() instanceof Inet4Address || octets.length == 16 ? octets : null;
    }
}
