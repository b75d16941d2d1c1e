package io.sluice.testkit.netns;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** A network namespace of this test run. Closing removes it with everything in it. */
public final class NetworkNamespace implements AutoCloseable {

    private static final AtomicInteger NUMBER = new AtomicInteger();

    /** A test that hangs in a namespace is a failure, not a wait. */
    private static final int PATIENCE_SECONDS = 60;

    private final String name;
    private final ExecutorService thread;
    private final List<Process> processes = new ArrayList<>();

    private NetworkNamespace(String name) {
        this.name = name;
        this.thread = Executors.newSingleThreadExecutor(task -> {
            Thread inside = new Thread(
                    () -> {
                        ThreadNamespace.enter(Path.of("/run/netns", name));
                        task.run();
                    },
                    name);
            inside.setDaemon(true);
            return inside;
        });
    }

    /** Why namespaces cannot be made here, if so; the caller skips its tests and prints this. */
    public static Optional<String> unavailable() {
        if (!System.getProperty("os.name").equals("Linux")) {
            return Optional.of("network namespaces exist on Linux only");
        }
        try (NetworkNamespace probe = create()) {
            probe.exec("ip", "link", "show", "lo");
            return Optional.empty();
        } catch (IllegalStateException e) {
            return Optional.of(
                    "network namespaces cannot be made here (root and iproute2 are needed): " + e.getMessage());
        }
    }

    /** Makes a namespace with its loopback interface up. */
    public static NetworkNamespace create() {
        String name = "sluice-" + ProcessHandle.current().pid() + "-" + NUMBER.getAndIncrement();
        run(List.of("ip", "netns", "add", name));
        NetworkNamespace namespace = new NetworkNamespace(name);
        try {
            namespace.exec("ip", "link", "set", "lo", "up");
            return namespace;
        } catch (RuntimeException e) {
            namespace.close();
            throw e;
        }
    }

    public String name() {
        return name;
    }

    /** Runs code on the namespace's thread: sockets and TUN devices that it opens belong to the namespace. */
    public <T> T call(Callable<T> code) throws Exception {
        try {
            return thread.submit(code).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        } catch (TimeoutException e) {
            throw new IllegalStateException("code in " + name + " did not end in " + PATIENCE_SECONDS + " s", e);
        }
    }

    /** Runs a program inside and returns what it printed; fails with its output unless it exits with 0. */
    public String exec(String... command) {
        return run(inside(command));
    }

    /** Starts a program inside, which is killed when the namespace is closed; its output goes to the file. */
    public Process start(Path output, String... command) throws IOException {
        Process process = new ProcessBuilder(inside(command))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        processes.add(process);
        return process;
    }

    /** Joins two namespaces by a veth pair, both ends up and with an address each. */
    public void link(String device, String address, NetworkNamespace other, String otherDevice, String otherAddress) {
        run(List.of(
                "ip",
                "link",
                "add",
                device,
                "netns",
                name,
                "type",
                "veth",
                "peer",
                "name",
                otherDevice,
                "netns",
                other.name));
        exec("ip", "addr", "add", address, "dev", device);
        other.exec("ip", "addr", "add", otherAddress, "dev", otherDevice);
        exec("ip", "link", "set", device, "up");
        other.exec("ip", "link", "set", otherDevice, "up");
    }

    private List<String> inside(String... command) {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", name));
        all.addAll(List.of(command));
        return all;
    }

    private static String run(List<String> command) {
        try {
            Path output = Files.createTempFile("sluice-netns", ".out");
            try {
                Process process = new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
                if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new IllegalStateException(
                            String.join(" ", command) + " did not end in " + PATIENCE_SECONDS + " s");
                }
                String text = Files.readString(output, StandardCharsets.UTF_8);
                if (process.exitValue() != 0) {
                    throw new IllegalStateException(
                            String.join(" ", command) + " ended with " + process.exitValue() + ": " + text.strip());
                }
                return text;
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new IllegalStateException(String.join(" ", command) + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(String.join(" ", command) + " was interrupted", e);
        }
    }

    @Override
    public void close() {
        processes.forEach(Process::destroyForcibly);
        thread.shutdownNow();
        run(List.of("ip", "netns", "delete", name));
    }
}
