package io.sluice.view;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Reads {@code host}, {@code host:port}, {@code 192.0.2.1:port}, {@code 2001:db8::1} and {@code [2001:db8::1]:port}. Resolves nothing. */
public final class Destination {

    /** RFC 1035 §2.3.4: 255 octets on the wire are at most 253 characters. */
    private static final int MAX_NAME = 253;

    private Destination() {}

    /**
     * @param port the port where the text names none
     * @throws IllegalArgumentException with a sentence
     */
    public static InetSocketAddress parse(String text, int port) {
        String host = text;
        String digits = "";
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            if (end < 0) {
                throw new IllegalArgumentException("'" + text + "' has no closing bracket");
            }
            host = text.substring(1, end);
            digits = text.substring(end + 1);
            if (!digits.isEmpty() && !digits.startsWith(":")) {
                throw new IllegalArgumentException("'" + text + "' has text after the bracket");
            }
        } else if (text.indexOf(':') >= 0 && text.indexOf(':') == text.lastIndexOf(':')) {
            host = text.substring(0, text.indexOf(':'));
            digits = text.substring(text.indexOf(':'));
        }
        int number = digits.isEmpty() ? port : port(text, digits.substring(1));
        if (host.isEmpty() || host.length() > MAX_NAME) {
            throw new IllegalArgumentException("'" + text + "' names no host");
        }
        try {
            return new InetSocketAddress(InetAddress.ofLiteral(host), number);
        } catch (IllegalArgumentException e) {
            if (host.indexOf(':') >= 0 || host.chars().anyMatch(Character::isWhitespace)) {
                throw new IllegalArgumentException("'" + host + "' is neither a name nor an IP address", e);
            }
            return InetSocketAddress.createUnresolved(host, number);
        }
    }

    private static int port(String text, String digits) {
        if (!digits.isEmpty() && digits.length() <= 5 && digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            int port = Integer.parseInt(digits);
            if (port <= 65_535) {
                return port;
            }
        }
        throw new IllegalArgumentException("'" + digits + "' in '" + text + "' is not a port");
    }
}
