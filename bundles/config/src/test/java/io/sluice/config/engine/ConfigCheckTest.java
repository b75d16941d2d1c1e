package io.sluice.config.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Broken files, and every line that the check prints for them ({@code NAME.txt} beside {@code NAME.json}); good ones, about which it is
 * silent.
 */
class ConfigCheckTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int check(Path... files) {
        String[] names = Stream.of(files).map(Path::toString).toArray(String[]::new);
        return ConfigCheck.run(
                names,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    static List<Path> files(String folder) throws IOException, URISyntaxException {
        Path path = Path.of(Objects.requireNonNull(ConfigCheckTest.class.getResource("/" + folder))
                .toURI());
        try (Stream<Path> files = Files.list(path)) {
            return files.filter(f -> f.toString().endsWith(".json")).sorted().toList();
        }
    }

    static List<Path> broken() throws IOException, URISyntaxException {
        return files("broken");
    }

    static List<Path> good() throws IOException, URISyntaxException {
        return files("good");
    }

    @ParameterizedTest
    @MethodSource("broken")
    void broken_isNamedLineByLine(Path file) throws IOException {
        int status = check(file);

        String expected = Files.readString(Path.of(file.toString().replace(".json", ".txt")));
        assertThat(out.toString(StandardCharsets.UTF_8)
                        .replace(file.toString(), file.getFileName().toString()))
                .isEqualTo(expected);
        assertThat(err.size()).isZero();
        assertThat(status).isEqualTo(ConfigCheck.BROKEN);
    }

    @ParameterizedTest
    @MethodSource("good")
    void good_isSilent(Path file) {
        assertThat(check(file)).isEqualTo(ConfigCheck.GOOD);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(err.size()).isZero();
    }

    @Test
    void default_isGood(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("sluice.json"), DefaultConfig.text());

        assertThat(check(file)).isEqualTo(ConfigCheck.GOOD);
        assertThat(out.size()).isZero();
    }

    @Test
    void warningsAlone_arePrintedAndGood(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(
                folder.resolve("warned.json"), "{ \"stats\": {}, \"outbounds\": [ { \"protocol\": \"direct\" } ] }");

        assertThat(check(file)).isEqualTo(ConfigCheck.GOOD);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains(":1:3: warning SL1108 stats: ");
    }

    @Test
    void whatCannotBeRead_isSaid(@TempDir Path folder) throws IOException {
        Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});

        assertThat(check(folder.resolve("none.json"))).isEqualTo(ConfigCheck.NOT_FOUND);
        assertThat(check(binary)).isEqualTo(ConfigCheck.UNREADABLE);
        assertThat(check(folder)).isEqualTo(ConfigCheck.UNREADABLE);
        assertThat(check(Path.of("/dev/zero"))).isEqualTo(ConfigCheck.UNREADABLE);
        assertThat(check()).isEqualTo(ConfigCheck.USAGE);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("none.json: there is no such file.")
                .contains("binary: it is not UTF-8 text.")
                .contains("it is a directory.")
                .contains("/dev/zero: it could not be read: it is larger than 4194304 octets.");
    }

    @Test
    void thereAreTwentyBrokenFiles() throws IOException, URISyntaxException {
        assertThat(broken()).hasSizeGreaterThanOrEqualTo(20);
    }
}
