package io.sluice.testkit.peer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** One started program. */
public final class PeerProgram implements AutoCloseable {

    /** A cold start of a large Go program on a loaded machine. */
    private static final Duration STARTED = Duration.ofSeconds(30);

    private final Process process;
    private final Path log;

    private PeerProgram(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** Where {@code ./sluice peers} puts it, else on the search path. */
    public static Optional<Path> find(String program) {
        String cache = Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
                .orElse(System.getProperty("user.home") + "/.cache");
        String folder = Optional.ofNullable(System.getenv("SLUICE_PEERS")).orElse(cache + "/sluice/peers");
        return Stream.concat(
                        Stream.of(folder + "/bin"),
                        Stream.of(System.getenv("PATH").split(":")))
                .map(f -> Path.of(f, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Why a test that needs it is skipped. */
    public static String absence(String program) {
        return program + " is not installed: ./sluice peers";
    }

    public static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    /**
     * Starts it, and waits until it listens.
     *
     * @param folder for its configuration and its log
     * @param config is written to a file, which is the last of its arguments
     * @param port of TCP on loopback
     */
    public static PeerProgram start(String program, Path folder, String config, int port, String... arguments)
            throws IOException, InterruptedException {
        Path file = folder.resolve(program + "-" + port + ".json");
        Files.writeString(file, config);
        List<String> command =
                new ArrayList<>(List.of(find(program).orElseThrow().toString()));
        command.addAll(List.of(arguments));
        command.add(file.toString());
        Path log = folder.resolve(program + "-" + port + ".log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        PeerProgram started = new PeerProgram(process, log);
        started.awaitListening(port);
        return started;
    }

    private void awaitListening(int port) throws IOException, InterruptedException {
        long end = System.nanoTime() + STARTED.toNanos();
        while (true) {
            try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return;
            } catch (IOException e) {
                if (process.waitFor(20, TimeUnit.MILLISECONDS) || System.nanoTime() > end) {
                    close();
                    throw new IOException("it does not listen; it said: " + said(), e);
                }
            }
        }
    }

    public String said() throws IOException {
        return Files.readString(log);
    }

    @Override
    public void close() throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        if (!process.waitFor(5, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
    }
}
