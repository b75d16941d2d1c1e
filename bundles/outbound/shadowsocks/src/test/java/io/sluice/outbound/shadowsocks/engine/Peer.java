package io.sluice.outbound.shadowsocks.engine;

import io.sluice.shadowsocks.Method;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Programs that others wrote, each as a process on a port of its own on loopback; gone with the test. Found where {@code ./sluice peers} leaves them, or on the path. */
enum Peer {
    LIBEV("ss-server", "ss-local"),
    RUST("ssserver", "sslocal"),
    XRAY("xray", "xray"),
    SING_BOX("sing-box", "sing-box");

    private final String server;
    private final String client;

    Peer(String server, String client) {
        this.server = server;
        this.client = client;
    }

    boolean knows(Method method) {
        return switch (this) {
            case LIBEV -> !method.is2022();
            case RUST, XRAY, SING_BOX -> true;
        };
    }

    /** Its buffers end there. */
    int largestDatagram() {
        return switch (this) {
            case LIBEV -> 1_472;
            case XRAY, SING_BOX -> 8_000;
            case RUST -> 65_507;
        };
    }

    Optional<Path> find() {
        String cache = Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
                .orElse(System.getProperty("user.home") + "/.cache");
        String peers = Optional.ofNullable(System.getenv("SLUICE_PEERS")).orElse(cache + "/sluice/peers");
        return Stream.concat(
                        Stream.of(peers + "/bin"),
                        Stream.of(System.getenv("PATH").split(File.pathSeparator)))
                .map(Path::of)
                .filter(folder ->
                        Files.isExecutable(folder.resolve(server)) && Files.isExecutable(folder.resolve(client)))
                .findFirst();
    }

    /** A server; what it relays to is on loopback. */
    Running startServer(Path folder, Method method, String password) throws Exception {
        int port = freePort();
        String at = find().orElseThrow() + "/" + server;
        List<String> command = switch (this) {
            case LIBEV -> List.of(at, "-s", "127.0.0.1", "-p", "" + port, "-k", password, "-m", method.word(), "-u");
            case RUST -> List.of(at, "-s", "127.0.0.1:" + port, "-k", password, "-m", method.word(), "-U");
            case XRAY -> List.of(at, "run", "-c", file(folder, port, """
                    {"log":{"loglevel":"warning"},
                     "inbounds":[{"listen":"127.0.0.1","port":%d,"protocol":"shadowsocks","settings":{"network":"tcp,udp","method":"%s","password":"%s"}}],
                     "outbounds":[{"protocol":"freedom","settings":{"finalRules":[{"action":"allow"}]}}]}
                    """.formatted(port, method.word(), password)));
            case SING_BOX -> List.of(at, "run", "-c", file(folder, port, """
                    {"log":{"level":"warn"},
                     "inbounds":[{"type":"shadowsocks","listen":"127.0.0.1","listen_port":%d,"method":"%s","password":"%s"}],
                     "outbounds":[{"type":"direct"}]}
                    """.formatted(port, method.word(), password)));
        };
        return start(folder, command, port);
    }

    /** A client of the server at that address, as a SOCKS5 proxy. */
    Running startClient(Path folder, InetSocketAddress to, Method method, String password) throws Exception {
        int port = freePort();
        String at = find().orElseThrow() + "/" + client;
        List<String> command = switch (this) {
            case LIBEV ->
                List.of(
                        at,
                        "-s",
                        "127.0.0.1",
                        "-p",
                        "" + to.getPort(),
                        "-b",
                        "127.0.0.1",
                        "-l",
                        "" + port,
                        "-k",
                        password,
                        "-m",
                        method.word(),
                        "-u");
            case RUST ->
                List.of(
                        at,
                        "-b",
                        "127.0.0.1:" + port,
                        "-s",
                        "127.0.0.1:" + to.getPort(),
                        "-k",
                        password,
                        "-m",
                        method.word(),
                        "-U");
            case XRAY ->
                List.of(at, "run", "-c", file(folder, port, """
                    {"log":{"loglevel":"warning"},
                     "inbounds":[{"listen":"127.0.0.1","port":%d,"protocol":"socks","settings":{"udp":true,"ip":"127.0.0.1"}}],
                     "outbounds":[{"protocol":"shadowsocks","settings":{"servers":[{"address":"127.0.0.1","port":%d,"method":"%s","password":"%s"}]}}]}
                    """.formatted(
                                port, to.getPort(), method.word(), password)));
            case SING_BOX ->
                List.of(at, "run", "-c", file(folder, port, """
                    {"log":{"level":"warn"},
                     "inbounds":[{"type":"socks","listen":"127.0.0.1","listen_port":%d}],
                     "outbounds":[{"type":"shadowsocks","server":"127.0.0.1","server_port":%d,"method":"%s","password":"%s"}]}
                    """.formatted(
                                port, to.getPort(), method.word(), password)));
        };
        return start(folder, command, port);
    }

    private static String file(Path folder, int port, String text) throws IOException {
        return Files.writeString(folder.resolve("peer-" + port + ".json"), text).toString();
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return free.getLocalPort();
        }
    }

    private Running start(Path folder, List<String> command, int port) throws Exception {
        Path log = folder.resolve(name() + "-" + port + ".txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Running running = new Running(process, new InetSocketAddress("127.0.0.1", port), log);
        running.awaitListening();
        return running;
    }

    /** One started program. */
    record Running(Process process, InetSocketAddress address, Path log) implements AutoCloseable {

        private void awaitListening() throws IOException, InterruptedException {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
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
            process.destroy();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
    }
}
