package io.sluice.wire.dns;

import static java.util.stream.Collectors.toMap;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** The recorded messages of {@code captures.txt}, by name; each call gives a buffer of its own. */
final class CapturedMessages {

    private static final Map<String, byte[]> MESSAGES = read();

    private CapturedMessages() {}

    static ByteBuffer of(String name) {
        byte[] octets = Objects.requireNonNull(MESSAGES.get(name), () -> "no recorded message " + name);
        return ByteBuffer.wrap(octets.clone());
    }

    static Collection<String> names() {
        return MESSAGES.keySet();
    }

    static Collection<byte[]> all() {
        return MESSAGES.values();
    }

    private static Map<String, byte[]> read() {
        try (InputStream in = CapturedMessages.class.getResourceAsStream("captures.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(" "))
                    .collect(toMap(
                            word -> word[0],
                            word -> HexFormat.of().parseHex(word[1]),
                            (a, b) -> b,
                            LinkedHashMap::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
