package io.sluice.config.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The configuration of an appliance that has none: everything goes out directly, and no route is touched. */
public final class DefaultConfig {

    private DefaultConfig() {}

    public static String text() {
        return resource("default.json");
    }

    /** The text of a file beside this class. */
    static String resource(String name) {
        try (InputStream in = DefaultConfig.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is not in this bundle");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
