package io.sluice.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * {@code sluice tun2socks --direct} between a box and a server that echoes, swallows and sends by port (RFC 862, 863, 864). Sockets of
 * {@link #dial} go through its TUN device.
 */
final class Tunnelled implements AutoCloseable {

    static final int ECHO = 7;
    static final int SINK = 9;
    static final int SOURCE = 19;

    private static final int BLOCK = 128 * 1024;

    private final Site site = new Site();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<ServerSocket> servers = new ArrayList<>();
    private final Path output;
    private final Process process;

    /**
     * @param javaOptions for its JVM
     * @param wrapper a command and its arguments that it is run by
     */
    Tunnelled(Path folder, String javaOptions, String... wrapper) throws Exception {
        for (int port : new int[] {ECHO, SINK, SOURCE}) {
            ServerSocket server = site.server().call(() -> new ServerSocket(port, 1_024));
            servers.add(server);
            threads.submit(() -> accept(server));
        }
        output = folder.resolve("tun2socks.out");
        List<String> words =
                new ArrayList<>(List.of("ip", "netns", "exec", site.box().name()));
        words.addAll(List.of(wrapper));
        words.addAll(List.of(BlackBox.program(), "tun2socks", "--direct", "--device", "tun7"));
        words.addAll(List.of("--route", "203.0.113.0/24"));
        process = Command.start(
                Map.of("JAVA_HOME", System.getProperty("java.home"), "SLUICE_JAVA_OPTS", javaOptions), output, words);
        try {
            Await.until("the route into tun7", () -> {
                assertThat(process.isAlive()).as(said()).isTrue();
                return HostState.of(site.box()).text().contains("203.0.113.0/24 dev tun7");
            });
        } catch (AssertionError e) {
            // What nobody closes would go on beside the tests that follow.
            close();
            throw e;
        }
    }

    String said() throws IOException {
        return Files.readString(output);
    }

    private ProcessHandle jvm() {
        return process.descendants()
                .filter(child -> child.info().command().orElse("").endsWith("java"))
                .findFirst()
                .orElseThrow();
    }

    /** CPU time of the JVM so far. */
    Duration cpu() {
        return jvm().info().totalCpuDuration().orElseThrow();
    }

    /** Writes what its flight recorder has. */
    void dump(Path recording) {
        Answer dumped = Command.run(
                Map.of(),
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(jvm().pid()),
                        "JFR.dump",
                        "filename=" + recording));
        assertThat(dumped.exit()).as(dumped.all()).isZero();
    }

    /** The descriptor of a socket is made when it connects, so that happens inside too. */
    Socket dial(int port) throws Exception {
        return site.box().call(() -> {
            Socket socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(Site.SERVER, port), 30_000);
                socket.setSoTimeout(60_000);
                return socket;
            } catch (IOException e) {
                socket.close();
                throw e;
            }
        });
    }

    static void echo(Socket socket) throws IOException {
        socket.getOutputStream().write('x');
        assertThat(socket.getInputStream().read()).isEqualTo('x');
    }

    /** Sends and receives on two streams each way for that long; returns the octets that clients sent and got. */
    long bulk(Duration time) throws Exception {
        List<Future<Long>> streams = new ArrayList<>();
        long end = System.nanoTime() + time.toNanos();
        for (int port : new int[] {SINK, SINK, SOURCE, SOURCE}) {
            Socket socket = dial(port);
            streams.add(threads.submit(() -> move(socket, port == SINK, end)));
        }
        long octets = 0;
        try {
            for (Future<Long> stream : streams) {
                octets += stream.get(2, TimeUnit.MINUTES);
            }
        } catch (ExecutionException e) {
            throw new AssertionError("a stream broke; the appliance said: " + said(), e);
        }
        return octets;
    }

    private static long move(Socket socket, boolean up, long end) throws IOException {
        byte[] block = new byte[BLOCK];
        long octets = 0;
        try (socket) {
            while (System.nanoTime() < end) {
                if (up) {
                    socket.getOutputStream().write(block);
                    octets += block.length;
                } else {
                    octets += socket.getInputStream().read(block);
                }
            }
        }
        return octets;
    }

    private Void accept(ServerSocket server) throws IOException {
        while (true) {
            Socket client = server.accept();
            threads.submit(() -> {
                try (client) {
                    serve(client);
                } catch (IOException e) {
                    // the client left, as some do
                }
            });
        }
    }

    private static void serve(Socket client) throws IOException {
        byte[] block = new byte[client.getLocalPort() == ECHO ? 16 : BLOCK];
        InputStream in = client.getInputStream();
        OutputStream out = client.getOutputStream();
        switch (client.getLocalPort()) {
            case ECHO -> {
                for (int got = in.read(block); got > 0; got = in.read(block)) {
                    out.write(block, 0, got);
                }
            }
            case SINK -> {
                while (in.read(block) >= 0) {}
            }
            default -> {
                while (true) {
                    out.write(block);
                }
            }
        }
    }

    /** Ends it in good order; idempotent. */
    void stop() throws InterruptedException {
        process.destroy();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    }

    @Override
    public void close() throws Exception {
        stop();
        for (ServerSocket server : servers) {
            server.close();
        }
        threads.shutdownNow();
        site.close();
    }
}
