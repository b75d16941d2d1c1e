package io.sluice.lab;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The assembled appliance as a process, in a network namespace, with an {@code /etc} of its own: what it does to a host's resolver it does to a copy. */
final class Appliance implements AutoCloseable {

    /** A start takes 2 s on an idle machine; builds may share this one. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final String OWN_OPTIONS = "options timeout:3\n";

    /** The line is taken (the terminal's bracketed paste is off then), something is said, and the next may come. */
    private static final Pattern ANSWER = Pattern.compile("\\[\\?2004l(.*)sluice> ", Pattern.DOTALL);

    private final NetworkNamespace namespace;
    private final Path program;
    private final Path folder;
    private Optional<Process> console = Optional.empty();
    private volatile Optional<Process> launched = Optional.empty();
    private volatile boolean closed;
    private boolean nftHidden;
    private Optional<Path> group = Optional.empty();
    private Optional<FalseClock> clock = Optional.empty();

    Appliance(NetworkNamespace namespace, Path distribution, Path folder) throws IOException {
        this.namespace = namespace;
        this.program = distribution.resolve("bin/sluice");
        this.folder = folder;
        for (String name : List.of("etc", "data", "log", "host-etc")) {
            Files.createDirectories(folder.resolve(name));
        }
        try (Stream<Path> files = Files.list(distribution.resolve("etc"))) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve("etc").resolve(file.getFileName()));
            }
        }
        command(Map.of(), List.of("cp", "-a", "/etc/.", hostEtc().toString()));
        Files.deleteIfExists(hostEtc().resolve("resolv.conf"));
        Files.writeString(hostEtc().resolve("resolv.conf"), ownResolver());
    }

    /** What the host's file says without the appliance: the same servers as the tunnel's, and a line that the appliance never writes. */
    static String ownResolver() {
        return Places.NAME_SERVERS.stream().map(a -> "nameserver " + a + "\n").collect(Collectors.joining())
                + OWN_OPTIONS;
    }

    /** Whether the host asks the tunnel's name servers, as the appliance has told it. */
    boolean resolverIsTheTunnels() {
        try {
            return !Files.readString(hostEtc().resolve("resolv.conf")).contains(OWN_OPTIONS);
        } catch (IOException e) {
            return false; // it is just being replaced
        }
    }

    Path hostEtc() {
        return folder.resolve("host-etc");
    }

    /** Each of the folders that it writes into: its settings, its state, its log. */
    List<SmallDisk> disks() {
        return Stream.of("etc", "data", "log")
                .map(name -> new SmallDisk(folder.resolve(name)))
                .toList();
    }

    Path data() {
        return folder.resolve("data");
    }

    Path configFile() {
        return folder.resolve("etc/sluice.json");
    }

    Path log() {
        return folder.resolve("log/sluice.log");
    }

    void configure(String json) throws IOException {
        Files.writeString(configFile(), json);
        Files.setPosixFilePermissions(configFile(), PosixFilePermissions.fromString("rw-------"));
    }

    private Map<String, String> environment() {
        Map<String, String> all = new HashMap<>(Map.of(
                "JAVA_HOME", System.getProperty("java.home"),
                "SLUICE_ETC", folder.resolve("etc").toString(),
                "SLUICE_DATA", data().toString(),
                "SLUICE_LOG", folder.resolve("log").toString(),
                "SLUICE_JAVA_OPTS", "-Xmx256m " + System.getenv().getOrDefault("SLUICE_JAVA_OPTS", "")));
        clock.ifPresent(c -> all.putAll(c.environment()));
        return all;
    }

    /** Runs the appliance's program in its namespaces. */
    String run(String... arguments) {
        mayStart();
        List<String> words = new ArrayList<>(inside());
        words.add(program.toString());
        words.addAll(List.of(arguments));
        return command(environment(), words);
    }

    /** Ends it, also in the middle of a start, and lets nobody start it again. Removes its copy of the host's settings, which is full of links to the host's files. */
    @Override
    public void close() {
        closed = true;
        try {
            if (lives()) {
                kill("KILL");
            }
        } finally {
            launched.ifPresent(process -> {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            });
            command(Map.of(), List.of("rm", "-rf", hostEtc().toString()));
            disks().forEach(SmallDisk::close);
        }
    }

    private static String command(Map<String, String> environment, List<String> words) {
        try {
            Path output = Files.createTempFile("sluice-lab", ".out");
            try {
                ProcessBuilder builder =
                        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(output.toFile());
                builder.environment().putAll(environment);
                Process process = builder.start();
                if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new IllegalStateException(String.join(" ", words) + " did not end");
                }
                String text = Files.readString(output);
                if (process.exitValue() != 0) {
                    throw new IllegalStateException(
                            String.join(" ", words) + " ended with " + process.exitValue() + ": " + text.strip());
                }
                return text;
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    void start() {
        forgetFailures();
        run("start");
    }

    /** Starts it at a terminal of its own, so that it takes commands of the framework's shell; returns when REST answers. */
    void startAtConsole() throws IOException {
        List<String> words = new ArrayList<>(inside());
        words.addAll(List.of("script", "--quiet", "--flush", "--return", "--command", program + " run", "/dev/null"));
        Process terminal = launch(words);
        console = Optional.of(terminal);
        Waiting.until("the appliance's REST interface", () -> {
            if (!terminal.isAlive()) {
                throw new IllegalStateException(
                        "the appliance ended: " + Files.readString(folder.resolve("console.log")));
            }
            return answers();
        });
    }

    boolean answers() {
        try {
            get("/status");
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    /** From the next start on it lives in this control group. */
    void joins(Path members) {
        group = Optional.of(members);
    }

    /** From the next start on this is its clock. */
    void timedBy(FalseClock by) {
        clock = Optional.of(by);
    }

    /** Starts it without the right to change the network, and without waiting for anything. */
    void startPowerless() throws IOException {
        List<String> words = new ArrayList<>(inside());
        words.addAll(List.of("setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-net_admin"));
        words.addAll(List.of(program.toString(), "run"));
        launch(words);
    }

    /** Starts it as at a console, and does not wait for anything. */
    void startAndLeave() throws IOException {
        List<String> words = new ArrayList<>(inside());
        words.addAll(List.of(program.toString(), "run"));
        launch(words);
    }

    private Process launch(List<String> words) throws IOException {
        List<String> all = new ArrayList<>();
        // Before it starts anything, so that all of it is in the group.
        group.ifPresent(
                members -> all.addAll(List.of("sh", "-c", "echo $$ > \"$0\" && exec \"$@\"", members.toString())));
        all.addAll(words);
        ProcessBuilder builder = new ProcessBuilder(all)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("console.log").toFile());
        builder.environment().putAll(environment());
        mayStart();
        forgetFailures();
        Process process = builder.start();
        launched = Optional.of(process);
        return process;
    }

    /** The lab ends it more often than a start may fail, and wants it whole each time, without the wait. */
    private void forgetFailures() {
        try {
            Files.deleteIfExists(data().resolve("launcher.starts"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void mayStart() {
        if (closed) {
            throw new IllegalStateException("the lab is being taken away");
        }
    }

    /** The jar of one of its bundles. */
    Path jar(String bundle) throws IOException {
        return BundleTrouble.jar(program.getParent().getParent(), bundle);
    }

    /** A line for the framework's shell, as somebody at the console would type it. */
    void console(String line) throws IOException {
        var stdin = console.orElseThrow().getOutputStream();
        stdin.write((line + "\r").getBytes(StandardCharsets.UTF_8));
        stdin.flush();
    }

    /** The same, and waits for its end: the next prompt. Returns what it said. */
    String command(String line) throws IOException {
        Path log = folder.resolve("console.log");
        long before = Files.size(log);
        console(line);
        Waiting.until(
                "the end of " + line, () -> ANSWER.matcher(said(log, before)).find());
        Matcher answer = ANSWER.matcher(said(log, before));
        return answer.find() ? answer.group(1) : "";
    }

    private static String said(Path log, long from) throws IOException {
        byte[] all = Files.readAllBytes(log);
        return new String(all, (int) from, all.length - (int) from, StandardCharsets.UTF_8);
    }

    /** From the next start on the host has no program nft; or has it again. */
    void hideNft(boolean now) {
        nftHidden = now;
    }

    private List<String> inside() {
        return List.of(
                "ip",
                "netns",
                "exec",
                namespace.name(),
                "unshare",
                "--mount",
                "sh",
                "-c",
                "mount --bind \"$0\" /etc" + (nftHidden ? " && mount --bind /dev/null /usr/sbin/nft" : "")
                        + " && exec \"$@\"",
                hostEtc().toString());
    }

    void stop() {
        run("stop");
    }

    /** It has to live; if not, its last words are told. */
    ProcessHandle process() {
        long pid = pid();
        return ProcessHandle.of(pid)
                .orElseThrow(() -> new IllegalStateException(
                        "process " + pid + " is gone: " + LastWords.of(folder, console, group)));
    }

    private long pid() {
        try {
            return Long.parseLong(Files.readString(data().resolve("lock")).strip());
        } catch (IOException | NumberFormatException e) {
            throw new IllegalStateException("the appliance has no process", e);
        }
    }

    boolean lives() {
        try {
            return ProcessHandle.of(pid()).filter(ProcessHandle::isAlive).isPresent();
        } catch (IllegalStateException e) {
            return false;
        }
    }

    void signal(String name) {
        command(Map.of(), List.of("kill", "-" + name, Long.toString(process().pid())));
        if (!name.equals("STOP")) {
            wakeTerminal();
        }
    }

    /** The program script(1) stops itself when the process at its terminal is stopped, and then does not collect it when it ends. */
    private void wakeTerminal() {
        if (console.filter(Process::isAlive).isPresent()) {
            // It may end in this very moment.
            command(Map.of(), List.of("sh", "-c", "kill -CONT " + console.get().pid() + " 2>/dev/null || true"));
        }
    }

    /** Sends it a signal that ends it, and waits for that. */
    void kill(String signal) {
        ProcessHandle process = process();
        signal(signal);
        Waiting.until("the end of process " + process.pid(), () -> !process.isAlive());
    }

    long descriptors() {
        return counted("fd");
    }

    long threads() {
        return counted("task");
    }

    private long counted(String folder) {
        try (Stream<Path> files = Files.list(Path.of("/proc/" + process().pid(), folder))) {
            return files.count();
        } catch (IOException e) {
            return -1;
        }
    }

    /** One request of the REST interface; an answer below 300 or an {@link IllegalStateException}. */
    JsonNode rest(String method, String path, String body, Map<String, String> headers) {
        return Lab.onThread(namespace, () -> Rest.request(token(), method, path, body, headers));
    }

    private String token() throws IOException {
        return Files.readString(data().resolve("api-token")).strip();
    }

    JsonNode get(String path) {
        return rest("GET", path, null, Map.of());
    }

    /** Applies a configuration; returns when it is acknowledged. */
    void apply(String json) {
        String tag = get("/config").get("_etag").asText();
        rest("POST", "/config:apply", json, Map.of("If-Match", tag, "Content-Type", "application/json"));
    }

    String tunnelState() {
        return get("/tunnel").path("state").asText();
    }
}
