package io.sluice.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** One appliance: the assembled distribution with directories of its own, in a namespace. Closing stops its process. */
final class BlackBox implements AutoCloseable {

    private final NetworkNamespace namespace;
    private final Path folder;
    private final List<String> wrapper;
    private final Map<String, String> environment = new HashMap<>();
    private Path home = distribution();

    /**
     * @param folder where etc, data and log are made
     * @param wrapper a command and its arguments that every command of the appliance is run by, {@code setpriv …} for instance
     */
    BlackBox(NetworkNamespace namespace, Path folder, String... wrapper) throws IOException {
        this.namespace = namespace;
        this.folder = folder;
        this.wrapper = List.of(wrapper);
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("SLUICE_ETC", etc().toString());
        environment.put("SLUICE_DATA", data().toString());
        environment.put("SLUICE_LOG", log().toString());
        for (Path directory : List.of(etc(), data(), log())) {
            Files.createDirectories(directory);
        }
        try (Stream<Path> files = Files.list(distribution().resolve("etc"))) {
            for (Path file : files.toList()) {
                Files.copy(file, etc().resolve(file.getFileName()));
            }
        }
    }

    /** The laid out appliance, which the module distribution/assembly makes. */
    static Path distribution() {
        Path made = Path.of(System.getProperty("basedir", ""), "../assembly/target")
                .toAbsolutePath()
                .normalize();
        try (Stream<Path> folders = Files.list(made)) {
            return folders.filter(folder -> Files.isExecutable(folder.resolve("bin/sluice")))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("there is no appliance in " + made));
        } catch (IOException e) {
            throw new IllegalStateException("build distribution/assembly first: there is no " + made, e);
        }
    }

    static String program() {
        return distribution().resolve("bin/sluice").toString();
    }

    Path etc() {
        return folder.resolve("etc");
    }

    Path data() {
        return folder.resolve("data");
    }

    Path log() {
        return folder.resolve("log");
    }

    Path configFile() {
        return etc().resolve("sluice.json");
    }

    NetworkNamespace namespace() {
        return namespace;
    }

    BlackBox environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Another installation than the one that was built: one that a test may change. */
    BlackBox installed(Path other) {
        home = other;
        return this;
    }

    BlackBox configured(String json) throws IOException {
        writePrivately(configFile(), json);
        return this;
    }

    private static void writePrivately(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    /** The words of {@code bin/sluice} with these arguments, to be run inside. */
    List<String> words(String... arguments) {
        List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", namespace.name()));
        words.addAll(wrapper);
        words.add(home.resolve("bin/sluice").toString());
        words.addAll(Arrays.asList(arguments));
        return words;
    }

    Answer run(String... arguments) {
        return Command.run(environment, words(arguments));
    }

    /** A command of which success is expected. */
    String ok(String... arguments) {
        Answer answer = run(arguments);
        assertThat(answer.exit())
                .as("sluice %s: %s", String.join(" ", arguments), answer.all())
                .isZero();
        return answer.out();
    }

    Process spawn(Path output, String... arguments) throws IOException {
        return Command.start(environment, output, words(arguments));
    }

    BlackBox started() throws IOException {
        Answer answer = run("start");
        assertThat(answer.exit()).as("start: %s\n%s", answer.all(), logText()).isZero();
        assertThat(answer.out()).contains("is ready");
        return this;
    }

    /** Applies a configuration that has no mistake. */
    void apply(String json) throws IOException {
        Path file = folder.resolve("proposed.json");
        writePrivately(file, json);
        ok("conf", "apply", file.toString());
    }

    long pid() throws IOException {
        return Long.parseLong(Files.readString(data().resolve("lock")).strip());
    }

    boolean lives() throws IOException {
        return ProcessHandle.of(pid()).map(ProcessHandle::isAlive).orElse(false);
    }

    String logText() throws IOException {
        Path file = log().resolve("sluice.log");
        return Files.exists(file) ? Files.readString(file) : "(no log)";
    }

    /** Runs a program in the namespace, whatever its exit status. */
    Answer inside(String... words) {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", namespace.name()));
        all.addAll(Arrays.asList(words));
        return Command.run(Map.of(), all);
    }

    /** What curl gets through whatever path the box's routing gives it. */
    Answer curl(String... words) {
        List<String> all = new ArrayList<>(List.of("curl", "--silent", "--show-error", "--max-time", "60"));
        all.addAll(Arrays.asList(words));
        return inside(all.toArray(String[]::new));
    }

    @Override
    public void close() throws IOException {
        if (Files.exists(data().resolve("lock")) && run("stop").exit() != 0 && lives()) {
            ProcessHandle.of(pid()).ifPresent(ProcessHandle::destroyForcibly);
        }
    }
}
