package io.sluice.proxycodec.http;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Start line and fields of one message (RFC 9112 §2.1).
 *
 * @param start the first line
 * @param fields names as they came, values without white space around them
 */
public record HttpHead(String start, List<Field> fields) {

    /** Octets: twice the 8 KiB that common servers take for one line; early data of 8 KiB in base64 fits. */
    public static final int MOST = 16 * 1024;

    private static final int MOST_FIELDS = 100;

    /** A header field. */
    public record Field(String name, String value) {}

    /**
     * Takes a head off the front.
     *
     * @return null if it is not whole yet; then nothing was taken
     */
    public static HttpHead read(ByteBuf in) throws MalformedHttpException {
        int end = end(in);
        if (end < 0) {
            if (in.readableBytes() > MOST) {
                throw new MalformedHttpException("its head has more than " + MOST + " octets");
            }
            return null;
        }
        if (end - in.readerIndex() > MOST) {
            throw new MalformedHttpException("its head has more than " + MOST + " octets");
        }
        String text = in.readCharSequence(end - in.readerIndex(), StandardCharsets.ISO_8859_1)
                .toString();
        return parse(text.split("\r\n", -1));
    }

    /** Behind the empty line; negative if there is none. RFC 9112 §2.2: lines end with CR LF. */
    private static int end(ByteBuf in) {
        int last = in.readerIndex() + Math.min(in.readableBytes(), MOST + 4) - 4;
        for (int at = in.readerIndex(); at <= last; at++) {
            if (in.getByte(at) == '\r' && in.getInt(at) == 0x0d0a0d0a) {
                return at + 4;
            }
        }
        return -1;
    }

    private static HttpHead parse(String[] lines) throws MalformedHttpException {
        List<Field> fields = new ArrayList<>();
        for (int i = 1; i < lines.length - 2; i++) {
            int colon = lines[i].indexOf(':');
            String name = colon < 0 ? "" : lines[i].substring(0, colon);
            // RFC 9112 §5.1: no white space before the colon; §5.2: folded lines are refused.
            if (name.isEmpty() || !isVisible(name) || fields.size() == MOST_FIELDS) {
                throw new MalformedHttpException("its field " + i + " is malformed");
            }
            String value = lines[i].substring(colon + 1).strip();
            if (value.chars().anyMatch(c -> c < ' ' && c != '\t')) {
                throw new MalformedHttpException("its field " + i + " has a control character");
            }
            fields.add(new Field(name, value));
        }
        if (!lines[0].chars().allMatch(c -> c >= ' ' && c != 0x7f)) {
            throw new MalformedHttpException("its first line is malformed");
        }
        return new HttpHead(lines[0], List.copyOf(fields));
    }

    private static boolean isVisible(String name) {
        return name.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }

    /** The only field of that name; empty if there is none or several. */
    public Optional<String> value(String name) {
        List<String> values = values(name);
        return values.size() == 1 ? Optional.of(values.getFirst()) : Optional.empty();
    }

    public List<String> values(String name) {
        return fields.stream()
                .filter(f -> f.name().equalsIgnoreCase(name))
                .map(Field::value)
                .toList();
    }

    /** Whether a field that is a list has the word (RFC 9110 §5.6.1). */
    public boolean has(String name, String word) {
        return values(name).stream()
                .flatMap(v -> Arrays.stream(v.split(",")))
                .anyMatch(v -> v.strip().equalsIgnoreCase(word));
    }

    /** The status of a response; negative if the first line is not that of one (RFC 9112 §4). */
    public int status() {
        boolean response = start.length() >= 12
                && start.startsWith("HTTP/1.")
                && start.charAt(8) == ' '
                && start.substring(9, 12).chars().allMatch(c -> c >= '0' && c <= '9')
                && (start.length() == 12 || start.charAt(12) == ' ');
        return response ? Integer.parseInt(start.substring(9, 12)) : -1;
    }

    /** Method, target and version of a request (RFC 9112 §3); empty if the first line is not that of one. */
    public List<String> request() {
        String[] parts = start.split(" ", -1);
        return parts.length == 3 && !parts[0].isEmpty() && !parts[1].isEmpty() && parts[2].startsWith("HTTP/1.")
                ? List.of(parts)
                : List.of();
    }
}
