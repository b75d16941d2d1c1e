package io.sluice.netstack.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/** The recorded packets of {@code captures.txt}. */
public final class CapturedPackets {

    private CapturedPackets() {}

    public static List<byte[]> all() {
        try (InputStream in = CapturedPackets.class.getResourceAsStream("captures.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> HexFormat.of().parseHex(line.split(" ")[1]))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
