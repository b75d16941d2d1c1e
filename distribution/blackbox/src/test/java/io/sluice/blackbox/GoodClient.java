package io.sluice.blackbox;

import static io.sluice.blackbox.HostileBytes.hex;

import io.sluice.testkit.netns.ThreadNamespace;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** A well-behaved client of every listener, one request after the other, and a page that watches the event stream, while others are not. */
final class GoodClient implements AutoCloseable {

    /** A listener that takes longer is stalled. A quiet machine needs a fifth of a second at most, one with 15 programs a processor has needed 9 s. */
    static final Duration BOUND = Duration.ofSeconds(30);

    private static final Duration PAUSE = Duration.ofMillis(20);

    private final String namespace;
    private final Path socket;
    private final String token;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, List<Long>> millis = new LinkedHashMap<>();
    private final List<Future<Void>> running = new ArrayList<>();
    private volatile boolean enough;
    private volatile long longestSilence;
    private long events;

    GoodClient(String namespace, Path socket, String token) {
        this.namespace = namespace;
        this.socket = socket;
        this.token = token;
    }

    void start() {
        running.add(threads.submit(() -> ThreadNamespace.callInside(namespace, this::askOverAndOver)));
        running.add(threads.submit(() -> ThreadNamespace.callInside(namespace, this::watch)));
    }

    private Void askOverAndOver() throws Exception {
        while (!enough) {
            askAll();
            Thread.sleep(PAUSE);
        }
        return null;
    }

    /** Each listener once. */
    void askAll() throws Exception {
        time("socks", () -> tcp(HostileTest.SOCKS, GoodBytes.socks(), Site.GREETING));
        time("socks+pw", () -> tcp(HostileTest.SOCKS_PW, GoodBytes.socksWithPassword(), Site.GREETING));
        time("http", () -> tcp(HostileTest.HTTP, GoodBytes.http(false), Site.GREETING));
        time("http+pw", () -> tcp(HostileTest.HTTP_PW, GoodBytes.http(true), Site.GREETING));
        time("mixed/socks", () -> tcp(HostileTest.MIXED, GoodBytes.socks(), Site.GREETING));
        time("mixed/http", () -> tcp(HostileTest.MIXED, GoodBytes.http(false), Site.GREETING));
        time("rest", () -> tcp(HostileTest.REST, GoodBytes.rest("/api/v1/status", token), "\"tunnel\""));
        time("command", () -> command("a=status"));
        time("udp", this::echo);
    }

    private void time(String what, Callable<Void> request) throws Exception {
        long begun = System.nanoTime();
        try {
            request.call();
        } catch (IOException | AssertionError e) {
            throw new AssertionError(
                    what + " after " + (System.nanoTime() - begun) / 1_000_000 + " ms: " + e.getMessage(), e);
        }
        millis.computeIfAbsent(what, key -> new ArrayList<>()).add((System.nanoTime() - begun) / 1_000_000);
    }

    private static Socket connected(int port) throws IOException {
        Socket client = new Socket();
        client.setSoTimeout((int) BOUND.toMillis());
        client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) BOUND.toMillis());
        return client;
    }

    private static Void tcp(int port, byte[] request, String wanted) throws IOException {
        try (Socket client = connected(port)) {
            client.getOutputStream().write(request);
            expect(wanted, client.getInputStream());
            return null;
        }
    }

    /** What the interface answers. */
    String rest(String path) throws Exception {
        return ThreadNamespace.callInside(namespace, () -> {
            try (Socket client = connected(HostileTest.REST)) {
                client.getOutputStream().write(GoodBytes.rest(path, token));
                return new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            }
        });
    }

    private static void expect(String wanted, InputStream in) throws IOException {
        String answer = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        if (!answer.contains(wanted)) {
            throw new IOException("not what was asked for: " + answer);
        }
    }

    private Void command(String form) throws IOException {
        try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            client.connect(UnixDomainSocketAddress.of(socket));
            client.write(ByteBuffer.wrap(GoodBytes.command(form)));
            expect("Sluice", Channels.newInputStream(client));
            return null;
        }
    }

    /** An association and one datagram there and back, sent again where it was lost. */
    private Void echo() throws IOException {
        try (Association association = new Association();
                DatagramSocket client = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            byte[] datagram = GoodBytes.datagram("echo this".getBytes(StandardCharsets.US_ASCII));
            client.setSoTimeout(500);
            DatagramPacket answer = new DatagramPacket(new byte[2_000], 2_000);
            for (int attempt = 0; attempt < 40; attempt++) {
                client.send(new DatagramPacket(datagram, datagram.length, association.relay()));
                try {
                    client.receive(answer);
                    if (new String(answer.getData(), 0, answer.getLength(), StandardCharsets.ISO_8859_1)
                            .endsWith("echo this")) {
                        return null;
                    }
                } catch (java.net.SocketTimeoutException e) {
                    continue; // datagrams may be lost
                }
            }
            throw new IOException("no echo in forty attempts");
        }
    }

    /** A UDP association of the socks listener; ends with its connection. */
    static final class Association implements AutoCloseable {

        private final Socket control = connected(HostileTest.SOCKS);
        private final InetSocketAddress relay;

        Association() throws IOException {
            control.getOutputStream().write(hex("05 01 00 05 03 00 01 00000000 0000"));
            byte[] answer = control.getInputStream().readNBytes(12);
            if (answer.length < 12 || answer[3] != 0) {
                throw new IOException(
                        "no association: " + java.util.HexFormat.of().formatHex(answer));
            }
            int port = (answer[10] & 0xff) << 8 | answer[11] & 0xff;
            relay = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        }

        InetSocketAddress relay() {
            return relay;
        }

        @Override
        public void close() throws IOException {
            control.close();
        }
    }

    /** The page that is open all the time: it hears something every second. */
    private Void watch() throws IOException {
        try (Socket page = connected(HostileTest.REST);
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(page.getInputStream(), StandardCharsets.UTF_8))) {
            page.setSoTimeout((int) TimeUnit.MINUTES.toMillis(1));
            page.getOutputStream().write(GoodBytes.rest("/api/v1/events", token));
            long last = System.nanoTime();
            while (!enough) {
                String line = lines.readLine();
                if (line == null) {
                    throw new IOException("the event stream ended");
                }
                if (line.equals("event: totals")) {
                    events++;
                    longestSilence = Math.max(longestSilence, System.nanoTime() - last);
                    last = System.nanoTime();
                }
            }
            return null;
        }
    }

    /** Ends, and fails where a request did. */
    void end() throws Exception {
        enough = true;
        for (Future<Void> each : running) {
            each.get(1, TimeUnit.MINUTES);
        }
    }

    long slowestMillis() {
        return millis.values().stream().mapToLong(Collections::max).max().orElseThrow();
    }

    Duration longestSilence() {
        return Duration.ofNanos(longestSilence);
    }

    String summary() {
        StringBuilder text = new StringBuilder();
        millis.forEach((what, all) -> {
            List<Long> sorted = all.stream().sorted().toList();
            text.append("  good %-12s %5d answered, median %d ms, slowest %d ms%n"
                    .formatted(what, sorted.size(), sorted.get(sorted.size() / 2), sorted.getLast()));
        });
        return text.append("  event stream %5d totals, longest silence %d ms%n"
                        .formatted(events, longestSilence().toMillis()))
                .toString();
    }

    @Override
    public void close() {
        enough = true;
        threads.shutdownNow();
    }
}
