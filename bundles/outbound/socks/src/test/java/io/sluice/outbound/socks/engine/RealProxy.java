package io.sluice.outbound.socks.engine;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** SOCKS5 servers that others wrote, each as a process on a port of its own on loopback; gone with the test. */
enum RealProxy {
    MICROSOCKS("microsocks", "MICROSOCKS", false, false),
    DANTE("danted", "DANTED", true, true),
    HEV("hev-socks5-server", "HEV_SERVER", true, true);

    private final String program;
    private final String variable;
    final boolean udp;
    final boolean pipelines;

    RealProxy(String program, String variable, boolean udp, boolean pipelines) {
        this.program = program;
        this.variable = variable;
        this.udp = udp;
        this.pipelines = pipelines;
    }

    /** The program: from the environment, else from the search path and where servers are. */
    Optional<Path> find() {
        String named = System.getenv(variable);
        if (named != null) {
            return Optional.of(Path.of(named));
        }
        String path = System.getenv("PATH") + File.pathSeparator + "/usr/sbin";
        return Arrays.stream(path.split(File.pathSeparator))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** What to say when it is not there. */
    String absence() {
        return program + " is not installed: install it, or name the program in " + variable;
    }

    boolean knowsAccounts() {
        return this != DANTE;
    }

    Running start(Path folder, boolean accounts) throws IOException, InterruptedException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            port = free.getLocalPort();
        }
        Path log = folder.resolve(program + "-" + port + ".txt");
        Process process = new ProcessBuilder(command(folder, port, accounts))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Running running = new Running(process, new InetSocketAddress("127.0.0.1", port));
        running.awaitListening(log);
        return running;
    }

    private List<String> command(Path folder, int port, boolean accounts) throws IOException {
        String self = find().orElseThrow().toString();
        Path file = folder.resolve(program + "-" + port + ".conf");
        return switch (this) {
            case MICROSOCKS ->
                accounts
                        ? List.of(self, "-i", "127.0.0.1", "-p", "" + port, "-u", "alice", "-P", "secret")
                        : List.of(self, "-i", "127.0.0.1", "-p", "" + port);
            case DANTE -> {
                Files.writeString(file, """
                        logoutput: stderr
                        internal: 127.0.0.1 port = %d
                        external: 127.0.0.1
                        socksmethod: none
                        clientmethod: none
                        user.privileged: root
                        user.unprivileged: root
                        client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }
                        socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 command: connect udpassociate udpreply }
                        """.formatted(port));
                yield List.of(
                        self,
                        "-f",
                        file.toString(),
                        "-p",
                        folder.resolve("danted.pid").toString());
            }
            case HEV -> {
                Files.writeString(
                        file,
                        "main:\n  workers: 1\n  port: " + port + "\n  listen-address: '127.0.0.1'\n"
                                + (accounts ? "auth:\n  username: 'alice'\n  password: 'secret'\n" : "")
                                + "misc:\n  log-level: warn\n");
                yield List.of(self, file.toString());
            }
        };
    }

    /** One started server. */
    record Running(Process process, InetSocketAddress address) implements AutoCloseable {

        private void awaitListening(Path log) throws IOException, InterruptedException {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (true) {
                try (Socket probe = new Socket(address.getAddress(), address.getPort())) {
                    return;
                } catch (IOException e) {
                    boolean dead = process.waitFor(20, TimeUnit.MILLISECONDS);
                    if (dead || System.nanoTime() > end) {
                        process.destroy();
                        throw new IOException("it does not listen; it said: " + Files.readString(log), e);
                    }
                }
            }
        }

        @Override
        public void close() throws InterruptedException {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
            }
        }
    }
}
