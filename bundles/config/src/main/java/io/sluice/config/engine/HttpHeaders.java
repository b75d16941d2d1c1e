package io.sluice.config.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Header fields as an object of names and values. */
final class HttpHeaders {

    /** RFC 9110 §5.6.2: a name is a token. */
    private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    private HttpHeaders() {}

    /**
     * Each as {@code Name: value}.
     *
     * @param host takes what stands under Host; null if it is one of them
     */
    static List<String> read(Section headers, Consumer<String> host) {
        List<String> lines = new ArrayList<>();
        for (String name : List.copyOf(headers.names())) {
            headers.string(name).ifPresent(value -> {
                if (!NAME.matcher(name).matches() || !isValue(value.value())) {
                    headers.problems()
                            .add(
                                    ProblemCode.UNKNOWN_VALUE,
                                    value.at(),
                                    value.path(),
                                    "This cannot be a header field of HTTP.",
                                    "write a name of letters, digits and -, and a value of visible ASCII characters");
                } else if (host != null && name.equalsIgnoreCase("host")) {
                    host.accept(value.value());
                } else {
                    lines.add(name + ": " + value.value());
                }
            });
        }
        headers.end();
        return lines;
    }

    /** RFC 9110 §5.5; nothing beyond ASCII, which recipients read differently. */
    private static boolean isValue(String value) {
        return value.chars().allMatch(c -> c >= ' ' && c < 0x7f || c == '\t');
    }
}
