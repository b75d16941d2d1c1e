package io.sluice.netstack.packetscript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Plays our own packet scripts, and packetdrill's where they are, and prints a table. {@code ./sluice packetscripts} runs it alone.
 *
 * <p>System properties, or environment variables in capitals with underscores: {@code sluice.packetdrill} (the program; else looked for on the
 * PATH), {@code sluice.packetscripts} (the folder of its TCP scripts, {@code gtests/net/tcp}), {@code sluice.packetscripts.only} (folders or
 * scripts below it, separated by commas), {@code sluice.packetscripts.write} ({@code true} keeps the whole table in {@code results.txt}).
 */
class PacketScriptsTest {

    private static final Path HOME = Path.of("src/test/packetscript").toAbsolutePath();

    /** The bar of applicable scripts. */
    private static final double BAR = 0.8;

    @TempDir
    private Path work;

    private ScriptRun run;

    @BeforeEach
    void prepare() throws IOException, InterruptedException {
        Path packetdrill = program("packetdrill", setting("sluice.packetdrill"));
        say(packetdrill != null, "packet scripts are skipped: no packetdrill on the PATH nor in sluice.packetdrill");
        Path compiler = program("cc", null);
        say(compiler != null, "packet scripts are skipped: no C compiler (cc) for the shim");
        say(program("python3", null) != null, "packet scripts are skipped: no python3 for their code blocks");
        Path shim = work.resolve("shim.so");
        Process made = new ProcessBuilder(
                        compiler.toString(),
                        "-shared",
                        "-fPIC",
                        "-O1",
                        "-o",
                        shim.toString(),
                        HOME.resolve("shim.c").toString(),
                        "-lpthread",
                        "-ldl")
                .inheritIO()
                .start();
        assertThat(made.waitFor()).as("compiling shim.c").isZero();
        run = new ScriptRun(packetdrill, shim, HOME.resolve("asserts.py"), work);
    }

    private static void say(boolean given, String otherwise) {
        if (!given) {
            System.out.println(otherwise);
        }
        assumeTrue(given, otherwise);
    }

    private static String setting(String name) {
        String value = System.getProperty(name);
        return value != null
                ? value
                : System.getenv(name.toUpperCase(java.util.Locale.ROOT).replace('.', '_'));
    }

    private static Path program(String name, String given) {
        if (given != null) {
            return Path.of(given);
        }
        Optional<Path> found = Stream.of(System.getenv("PATH").split(":"))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
        return found.orElse(null);
    }

    @Test
    void ourOwnScripts() throws IOException, InterruptedException {
        ResultTable table = new ResultTable("own packet scripts");
        for (Path script : below(HOME.resolve("scripts"))) {
            table.add(HOME.resolve("scripts").relativize(script).toString(), run.play(script));
        }
        table.print();
        assertThat(table.failed()).isEmpty();
    }

    @Test
    void packetdrillsScripts() throws IOException, InterruptedException {
        String folder = setting("sluice.packetscripts");
        say(folder != null, "packetdrill's own scripts are skipped: sluice.packetscripts does not say where they are");
        Path root = Path.of(folder);
        String only = setting("sluice.packetscripts.only");
        Verdicts verdicts = Verdicts.read(HOME.resolve("verdicts.txt"));
        ResultTable table = new ResultTable("packetdrill's scripts");
        for (String part : only == null ? verdicts.folders() : List.of(only.split(","))) {
            for (Path script : below(root.resolve(part))) {
                String name = root.relativize(script).toString();
                if (verdicts.excluded(name) != null) {
                    table.excluded(name, verdicts.excluded(name));
                } else {
                    table.add(name, run.play(script), verdicts.differs(name));
                }
            }
        }
        table.print();
        if (only == null && "true".equals(setting("sluice.packetscripts.write"))) {
            Files.writeString(HOME.resolve("results.txt"), table.text());
        }
        assertThat(table.failed()).as("neither excluded nor known to differ").isEmpty();
        assertThat(table.unexpected()).as("passes now: take it off the list").isEmpty();
        if (only == null) {
            assertThat(table.share())
                    .as("share of applicable scripts that pass")
                    .isGreaterThanOrEqualTo(BAR);
        }
    }

    private static List<Path> below(Path place) throws IOException {
        if (Files.isRegularFile(place)) {
            return List.of(place);
        }
        try (Stream<Path> files = Files.walk(place)) {
            return new ArrayList<>(files.filter(file -> file.toString().endsWith(".pkt"))
                    .sorted()
                    .toList());
        }
    }
}
