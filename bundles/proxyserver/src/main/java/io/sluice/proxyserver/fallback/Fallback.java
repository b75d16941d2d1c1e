package io.sluice.proxyserver.fallback;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Objects;

/**
 * Where connections of one kind go.
 *
 * @param name the server name that the client asks for (TLS SNI), in lower case; empty for any
 * @param protocol the application protocol that was agreed upon (ALPN); empty for any
 * @param path the path of an HTTP/1 request; empty for any
 * @param destination the server
 * @param proxyProtocol version of the PROXY protocol to tell it the client's endpoint with; 0 for none
 */
public record Fallback(String name, String protocol, String path, Destination destination, int proxyProtocol) {

    /** A server. */
    public sealed interface Destination {}

    /** By TCP. */
    public record Tcp(InetSocketAddress endpoint) implements Destination {}

    /** By a Unix-domain socket in the file system. */
    public record Unix(String path) implements Destination {}

    public Fallback {
        name = name.toLowerCase(Locale.ROOT);
        protocol = protocol.toLowerCase(Locale.ROOT);
        Objects.requireNonNull(destination, "destination");
        if (!path.isEmpty() && !path.startsWith("/")) {
            throw new IllegalArgumentException("a fallback's path begins with /");
        }
        if (proxyProtocol < 0 || proxyProtocol > 2) {
            throw new IllegalArgumentException("xver is 0, 1 or 2");
        }
    }

    /**
     * Reads a line of a configuration: {@code xver=0 name= alpn= path= dest=127.0.0.1:80}. {@code dest} is the last one and may hold spaces.
     *
     * @throws IllegalArgumentException what is wrong
     */
    public static Fallback parse(String line) {
        String[] words = line.split(" ", 5);
        if (words.length != 5) {
            throw new IllegalArgumentException("a fallback has xver, name, alpn, path and dest");
        }
        return new Fallback(
                value(words[1], "name="),
                value(words[2], "alpn="),
                value(words[3], "path="),
                destination(value(words[4], "dest=")),
                Integer.parseInt(value(words[0], "xver=")));
    }

    private static String value(String word, String key) {
        if (!word.startsWith(key)) {
            throw new IllegalArgumentException("a fallback's line has " + key + " in another place");
        }
        return word.substring(key.length());
    }

    private static Destination destination(String text) {
        if (text.startsWith("/")) {
            return new Unix(text);
        }
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        byte[] octets = NetUtil.createByteArrayFromIpAddressString(host);
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            if (octets != null && port > 0 && port < 65_536) {
                return new Tcp(new InetSocketAddress(InetAddress.getByAddress(octets), port));
            }
        } catch (NumberFormatException | java.net.UnknownHostException e) {
            throw new IllegalArgumentException("a fallback's dest is address:port or the path of a socket", e);
        }
        throw new IllegalArgumentException("a fallback's dest is address:port or the path of a socket");
    }
}
