package io.sluice.proxyserver.http;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/** {@code host:port} as RFC 3986 §3.2 writes it, without user information (which RFC 9110 §4.2.4 tells to treat as an error). */
final class Authority {

    private static final int MAX_NAME = 255;

    private Authority() {}

    /**
     * @param defaultPort taken if the text has none; 0 if it must have one
     * @return the endpoint, unresolved for a name; null if the text is not one
     */
    static InetSocketAddress parse(String text, int defaultPort) {
        String host;
        String port;
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            if (end < 0) {
                return null;
            }
            host = text.substring(1, end);
            String rest = text.substring(end + 1);
            if (!rest.isEmpty() && rest.charAt(0) != ':' || !NetUtil.isValidIpV6Address(host) || host.contains("%")) {
                return null;
            }
            port = rest.isEmpty() ? "" : rest.substring(1);
        } else {
            int colon = text.indexOf(':');
            host = colon < 0 ? text : text.substring(0, colon);
            port = colon < 0 ? "" : text.substring(colon + 1);
            if (!isName(host)) {
                return null;
            }
        }
        int number = port.isEmpty() ? defaultPort : port(port);
        return number < 1 ? null : endpoint(host, number);
    }

    /** RFC 3986 §3.2.2: reg-name, without percent-encoding, which no resolver understands. */
    private static boolean isName(String host) {
        if (host.isEmpty() || host.length() > MAX_NAME) {
            return false;
        }
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            boolean allowed = c >= 'a' && c <= 'z'
                    || c >= 'A' && c <= 'Z'
                    || c >= '0' && c <= '9'
                    || c == '-'
                    || c == '.'
                    || c == '_'
                    || c == '~';
            if (!allowed) {
                return false;
            }
        }
        return true;
    }

    private static int port(String text) {
        if (text.length() > 5) {
            return 0;
        }
        int number = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return 0;
            }
            number = number * 10 + (c - '0');
        }
        return number > 65_535 ? 0 : number;
    }

    private static InetSocketAddress endpoint(String host, int port) {
        byte[] octets = NetUtil.createByteArrayFromIpAddressString(host);
        if (octets == null) {
            return InetSocketAddress.createUnresolved(host, port);
        }
        try {
            return new InetSocketAddress(InetAddress.getByAddress(octets), port);
        } catch (UnknownHostException e) {
            return null;
        }
    }
}
