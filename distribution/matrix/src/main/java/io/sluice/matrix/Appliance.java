package io.sluice.matrix;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** One appliance as a process in a namespace, with a configuration and directories of its own. Closing stops it. */
final class Appliance implements Peer.Running {

    private static final int COMMAND_SECONDS = 120;

    /** Where its REST interface listens, at loopback. */
    static final int API_PORT = 9080;

    private final NetworkNamespace namespace;
    private final Path folder;
    private Optional<Path> resolver = Optional.empty();
    private Program program;

    /** @param folder where etc, data and log are made */
    Appliance(NetworkNamespace namespace, Path folder) throws IOException {
        this.namespace = namespace;
        this.folder = folder;
        for (String part : List.of("etc", "data", "log")) {
            Files.createDirectories(folder.resolve(part));
        }
    }

    /** What {@code SLUICE} names, or what the module distribution/assembly has made. */
    static Path executable() {
        String set = System.getenv("SLUICE");
        if (set != null && !set.isEmpty()) {
            return Path.of(set);
        }
        Path made = Path.of(System.getProperty("basedir", ""), "../assembly/target")
                .toAbsolutePath()
                .normalize();
        try (Stream<Path> folders = Files.list(made)) {
            return folders.map(f -> f.resolve("bin/sluice"))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("there is no appliance in " + made));
        } catch (IOException e) {
            throw new IllegalStateException("build distribution/assembly first: there is no " + made, e);
        }
    }

    Appliance configured(String json) throws IOException {
        Files.writeString(configuration(), json);
        Files.setPosixFilePermissions(configuration(), PosixFilePermissions.fromString("rw-------"));
        return this;
    }

    /** Gives it a resolv.conf of its own: what {@code ip netns exec} starts has its mounts to itself. */
    Appliance resolving(String nameServer) throws IOException {
        resolver = Optional.of(Files.writeString(folder.resolve("resolv.conf"), "nameserver " + nameServer + "\n"));
        return this;
    }

    Path configuration() {
        return folder.resolve("etc/sluice.json");
    }

    /** Waits until it says that it is ready. */
    Appliance started() throws IOException {
        List<String> words = new ArrayList<>();
        resolver.ifPresent(file -> words.addAll(
                List.of("sh", "-c", "mount --bind \"$0\" /etc/resolv.conf && exec \"$@\"", file.toString())));
        words.add("env");
        environment().forEach((name, value) -> words.add(name + "=" + value));
        words.addAll(List.of(executable().toString(), "run"));
        Path output = folder.resolve("output");
        program = Program.start(
                namespace, output, words, () -> Files.readString(output).contains("is ready"));
        return this;
    }

    private Map<String, String> environment() {
        return Map.of(
                "JAVA_HOME",
                System.getProperty("java.home"),
                "SLUICE_ETC",
                folder.resolve("etc").toString(),
                "SLUICE_DATA",
                folder.resolve("data").toString(),
                "SLUICE_LOG",
                folder.resolve("log").toString());
    }

    /** What a command of {@code sluice} prints, whatever its exit status. */
    synchronized String command(String... arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", namespace.name()));
        words.add(executable().toString());
        words.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().putAll(environment());
        Path said = folder.resolve("said");
        Process process =
                builder.redirectErrorStream(true).redirectOutput(said.toFile()).start();
        try {
            if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(
                        "sluice " + String.join(" ", arguments) + " did not end in " + COMMAND_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return Files.readString(said);
    }

    /** What the REST interface answers to a GET, which is what the page shows. */
    String rest(String path) throws IOException {
        String token = Files.readString(folder.resolve("data/api-token")).strip();
        String request = "GET /api/v1" + path + " HTTP/1.0\r\nHost: 127.0.0.1:" + API_PORT
                + "\r\nAuthorization: Bearer " + token + "\r\n\r\n";
        try (Socket socket = new Socket()) {
            // The descriptor is made where connect is called: in the namespace.
            namespace.call(() -> {
                socket.connect(new InetSocketAddress("127.0.0.1", API_PORT), COMMAND_SECONDS * 1_000);
                return null;
            });
            socket.setSoTimeout(COMMAND_SECONDS * 1_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int body = answer.indexOf("\r\n\r\n");
            if (body < 0 || !answer.split(" ", 3)[1].equals("200")) {
                throw new IOException("GET " + path + " was answered with " + answer);
            }
            return answer.substring(body + 4);
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    String log() throws IOException {
        return Files.readString(folder.resolve("log/sluice.log"));
    }

    @Override
    public boolean isAlive() {
        return program != null && program.isAlive();
    }

    @Override
    public String lastWords() {
        return Program.tail(folder.resolve("log/sluice.log"));
    }

    @Override
    public double cpuSeconds() {
        return program.cpuSeconds();
    }

    @Override
    public void close() {
        if (program != null) {
            program.close();
        }
    }
}
