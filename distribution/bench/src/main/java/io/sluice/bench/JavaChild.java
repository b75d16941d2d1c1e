package io.sluice.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Another class of this program as a process of its own, so that it has its own descriptors, memory and CPU time. */
final class JavaChild {

    private JavaChild() {}

    static List<String> command(Class<?> type, String... arguments) {
        List<String> words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                type.getName()));
        words.addAll(List.of(arguments));
        return words;
    }
}
