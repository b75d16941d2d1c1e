package io.sluice.netstack.engine.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every conformance case of TCP has a test that carries its number as a tag. */
class ConformanceCasesTest {

    private static final List<Integer> CASES = List.of(
            1, 2, 4, 6, 7, 9, 10, 12, // handshake
            13, 14, 15, 18, 20, // acceptance, blind attacks
            21, 22, 23, 25, 26, 28, 29, 31, 32, 33, 34, 36, 37, 39, // transfer, windows, timers
            40, 41, 43, 45, 46, 48, 50, 51, 53, // timestamps, SACK, recovery, congestion control
            54, 57); // ICMP errors, as far as they concern a connection

    @Test
    void everyCase_hasATest() throws IOException, URISyntaxException, ClassNotFoundException {
        List<String> expected =
                CASES.stream().map(number -> String.format("TC-%02d", number)).toList();
        List<String> found = new ArrayList<>(new TreeSet<>(tags()));
        assertThat(found).isEqualTo(expected);
    }

    private static List<String> tags() throws IOException, URISyntaxException, ClassNotFoundException {
        Path classes = Path.of(ConformanceCasesTest.class.getResource("").toURI());
        List<String> tags = new ArrayList<>();
        try (Stream<Path> files = Files.list(classes)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith("Test.class")) {
                    Class<?> type = Class.forName(ConformanceCasesTest.class.getPackageName() + "."
                            + name.substring(0, name.length() - ".class".length()));
                    for (Method method : type.getDeclaredMethods()) {
                        for (Tag tag : method.getAnnotationsByType(Tag.class)) {
                            tags.add(tag.value());
                        }
                    }
                }
            }
        }
        return tags;
    }
}
