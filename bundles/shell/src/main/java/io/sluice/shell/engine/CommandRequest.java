package io.sluice.shell.engine;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A request of the socket's protocol, read with bounds.
 *
 * @param words the command's words
 * @param fields the other fields
 */
public record CommandRequest(List<String> words, Map<String, String> fields) {

    /** Jetty's and Apache's default for all header fields together. */
    static final int MAX_HEAD = 8 << 10;

    /** A configuration, each octet percent-encoded at worst. */
    public static final int MAX_BODY = 3 * ConfigText.MAX_BYTES + MAX_HEAD;

    /** Longer command lines are a mistake; ARG_MAX on Linux is larger, but nothing here takes that many words. */
    static final int MAX_WORDS = 256;

    /** The request is not of this protocol. */
    public static final class Malformed extends IOException {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message);
        }
    }

    /** Reads one request. */
    public static CommandRequest read(InputStream in) throws IOException {
        List<String> head = head(in);
        if (head.isEmpty() || !head.getFirst().startsWith("POST /run HTTP/1.")) {
            throw new Malformed("only POST /run is served here");
        }
        int length = -1;
        boolean form = false;
        for (String line : head.subList(1, head.size())) {
            int colon = line.indexOf(':');
            String name = colon < 0 ? line : line.substring(0, colon).toLowerCase(Locale.ROOT);
            String value = colon < 0 ? "" : line.substring(colon + 1).strip();
            switch (name) {
                case "content-length" -> length = length(value);
                case "content-type" -> form = value.startsWith("application/x-www-form-urlencoded");
                case "transfer-encoding" -> throw new Malformed("the body must have a Content-Length");
                default -> {} // nothing else matters to this protocol
            }
        }
        if (length < 0 || !form) {
            throw new Malformed("the body must be a form with a Content-Length");
        }
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new EOFException("the client went away inside its request");
        }
        return form(new String(body, StandardCharsets.US_ASCII));
    }

    private static int length(String text) throws Malformed {
        if (text.isEmpty() || text.length() > 9 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new Malformed("Content-Length is not a number");
        }
        int length = Integer.parseInt(text);
        if (length > MAX_BODY) {
            throw new Malformed("the body is larger than " + MAX_BODY + " octets");
        }
        return length;
    }

    private static List<String> head(InputStream in) throws IOException {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (int octets = 0; octets < MAX_HEAD; octets++) {
            int c = in.read();
            if (c < 0) {
                throw new EOFException("the client went away inside its request");
            }
            if (c != '\n') {
                line.append((char) c);
                continue;
            }
            String text = line.toString().strip();
            if (text.isEmpty()) {
                return lines;
            }
            lines.add(text);
            line.setLength(0);
        }
        throw new Malformed("the header is larger than " + MAX_HEAD + " octets");
    }

    private static CommandRequest form(String body) throws Malformed {
        List<String> words = new ArrayList<>();
        Map<String, String> fields = new HashMap<>();
        for (String pair : body.split("&")) {
            int equals = pair.indexOf('=');
            if (equals < 0) {
                continue;
            }
            String value;
            try {
                value = URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                throw new Malformed("the form is not percent-encoded");
            }
            if (equals == 1 && pair.charAt(0) == 'a') {
                words.add(value);
            } else {
                fields.put(pair.substring(0, equals), value);
            }
            if (words.size() > MAX_WORDS) {
                throw new Malformed("more than " + MAX_WORDS + " words");
            }
        }
        return new CommandRequest(List.copyOf(words), Map.copyOf(fields));
    }
}
