package io.sluice.matrix;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** A process in a namespace that listens at a port, with its output in a file. */
final class Program implements Peer.Running {

    /** Ten times what the slowest, our JVM on a busy machine, has taken. */
    private static final long START_NANOS = TimeUnit.SECONDS.toNanos(120);

    private static final long STOP_SECONDS = 20;

    /** USER_HZ, which is 100 on every Linux that Java runs on. */
    private static final double TICKS = 100;

    private static final int LAST_WORDS = 400;

    private final Process process;
    private final Path log;

    private Program(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** The folder that {@code ./sluice peers} fills, else the PATH. */
    static Optional<String> find(String name) {
        String set = System.getenv("SLUICE_PEERS");
        String cache = System.getenv().getOrDefault("XDG_CACHE_HOME", System.getProperty("user.home") + "/.cache");
        Path peers = set == null || set.isEmpty() ? Path.of(cache, "sluice", "peers") : Path.of(set);
        String folders = peers.resolve("bin") + File.pathSeparator + System.getenv("PATH") + ":/usr/sbin:/sbin";
        for (String folder : folders.split(File.pathSeparator)) {
            Path file = Path.of(folder, name);
            if (Files.isExecutable(file)) {
                return Optional.of(file.toString());
            }
        }
        return Optional.empty();
    }

    static Optional<String> missing(String name) {
        return find(name).isPresent() ? Optional.empty() : Optional.of(name + " is not installed (./sluice peers)");
    }

    /** Starts it, and waits until it listens. */
    static Program start(NetworkNamespace namespace, Path log, int port, List<String> words) throws IOException {
        Program program = new Program(namespace.start(log, words.toArray(String[]::new)), log);
        String listening = ":%04X ".formatted(port);
        program.await(() -> program.listens(listening));
        return program;
    }

    /** Starts it, and waits for what shows that it is ready. */
    static Program start(NetworkNamespace namespace, Path log, List<String> words, Callable<Boolean> ready)
            throws IOException {
        Program program = new Program(namespace.start(log, words.toArray(String[]::new)), log);
        program.await(ready);
        return program;
    }

    private void await(Callable<Boolean> ready) throws IOException {
        long end = System.nanoTime() + START_NANOS;
        try {
            while (!ready.call()) {
                if (!process.isAlive() || System.nanoTime() > end) {
                    close();
                    throw new IOException("it is not ready: " + lastWords());
                }
                Thread.sleep(10);
            }
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    /** Whether a socket of the namespace is in state LISTEN (0A) at the port, as proc_net_tcp has it. */
    private boolean listens(String port) throws IOException {
        for (String file : List.of("tcp", "tcp6")) {
            Path table = Path.of("/proc", Long.toString(process.pid()), "net", file);
            if (Files.exists(table)
                    && Files.readAllLines(table).stream().anyMatch(l -> l.contains(port) && l.contains(" 0A "))) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public double cpuSeconds() {
        return (ticks(process.toHandle())
                        + process.descendants().mapToLong(Program::ticks).sum())
                / TICKS;
    }

    private static long ticks(ProcessHandle of) {
        try {
            String text = Files.readString(Path.of("/proc", Long.toString(of.pid()), "stat"));
            String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ");
            return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        } catch (IOException e) {
            return 0;
        }
    }

    @Override
    public String lastWords() {
        return tail(log);
    }

    static String tail(Path log) {
        try {
            String text = Files.readString(log).strip().replaceAll("\\e\\[[0-9;]*m", "");
            return text.substring(Math.max(0, text.length() - LAST_WORDS)).replaceAll("\\s+", " ");
        } catch (IOException e) {
            return "no log";
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
