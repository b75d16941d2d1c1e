package io.sluice.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** One run of iperf3 that is under way: a server for it alone at the far end, and its client. */
final class Iperf {

    /** What it takes beyond the time of the test itself: to connect, and to hand over the results across a path that loses them. */
    private static final int PATIENCE_SECONDS = 45;

    /**
     * What the receiver got.
     *
     * @param streamBytes per stream
     * @param lost datagrams; 0 for TCP
     * @param sent datagrams; 0 for TCP
     */
    record Result(double bytes, double seconds, double[] streamBytes, double lost, double sent) {

        /** Where the run failed. */
        static final Result NONE = new Result(0, 1, new double[0], 1, 1);

        double gigabits() {
            return bytes * 8e-9 / seconds;
        }

        double megabits() {
            return bytes * 8e-6 / seconds;
        }

        /** Datagrams that arrived, thousands a second. */
        double kilopackets() {
            return (sent - lost) / seconds / 1e3;
        }

        double lostPercent() {
            return sent == 0 ? 100 : lost * 100 / sent;
        }
    }

    private final Process server;
    private final Process client;
    private final Path output;
    private final int port;
    private final int seconds;

    private Iperf(Process server, Process client, Path output, int port, int seconds) {
        this.server = server;
        this.client = client;
        this.output = output;
        this.port = port;
        this.seconds = seconds;
    }

    /** @param options of iperf3's client, such as {@code -R} */
    static Iperf start(Site site, NetworkNamespace from, int port, int seconds, List<String> options) {
        try {
            Path folder = Files.createTempDirectory("sluice-bench");
            Path log = folder.resolve("server");
            Process server = site.srv.start(log, "iperf3", "-s", "-4", "-1", "-p", Integer.toString(port));
            Await.until("iperf3's server", server, log, () -> listens(server.pid(), port));
            List<String> words = new ArrayList<>(List.of(
                    "iperf3",
                    "-J",
                    "-c",
                    Site.SERVER,
                    "-p",
                    Integer.toString(port),
                    "-t",
                    Integer.toString(seconds),
                    "--connect-timeout",
                    "10000"));
            words.addAll(options);
            Path output = folder.resolve("client");
            return new Iperf(server, from.start(output, words.toArray(String[]::new)), output, port, seconds);
        } catch (IOException e) {
            throw new IllegalStateException("iperf3 cannot be started", e);
        }
    }

    /** Waits until both of its connections, for control and for data, are at the far end, or it has ended or taken too long without them. */
    void awaitConnections() {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        try {
            while (established() < 2 && System.nanoTime() < end && !client.waitFor(3, TimeUnit.MILLISECONDS)) {
                // not yet
            }
        } catch (IOException e) {
            throw new IllegalStateException("the server's connections", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private long established() throws IOException {
        String local = ":%04X".formatted(port);
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(server.pid()), "net", "tcp"))) {
            // RFC 9293's ESTABLISHED is 1 in include/net/tcp_states.h
            return lines.map(line -> line.strip().split(" +"))
                    .filter(fields -> fields[1].endsWith(local) && fields[3].equals("01"))
                    .count();
        }
    }

    private static boolean listens(long pid, int port) throws IOException {
        String tcp = Files.readString(Path.of("/proc", Long.toString(pid), "net", "tcp"));
        return tcp.contains("%04X 00000000:0000 0A".formatted(port));
    }

    /** Waits for its end. A run that fails is told on standard error and counts as nothing received. */
    Result result() {
        try {
            if (!client.waitFor(seconds + PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("  iperf3 did not end in time");
            }
            JsonNode json = new ObjectMapper().readTree(Files.readString(output));
            if (json.hasNonNull("error")) {
                System.err.println("  iperf3: " + json.get("error").asText());
                return Result.NONE;
            }
            return parse(json.path("end"));
        } catch (IOException e) {
            System.err.println("  iperf3 said nothing that can be read: " + e.getMessage());
            return Result.NONE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            client.destroyForcibly();
            server.destroyForcibly();
        }
    }

    private static Result parse(JsonNode end) {
        JsonNode udp = end.path("sum");
        if (udp.has("lost_packets")) {
            double sent = udp.path("packets").asDouble();
            double lost = Math.min(sent, udp.path("lost_packets").asDouble());
            double seconds = Math.max(0.1, udp.path("seconds").asDouble());
            return new Result(udp.path("bytes").asDouble(), seconds, new double[0], lost, sent);
        }
        JsonNode sum = end.path("sum_received");
        List<JsonNode> streams = new ArrayList<>();
        end.path("streams").forEach(streams::add);
        double[] each = streams.stream()
                .mapToDouble(stream -> stream.path("receiver").path("bytes").asDouble())
                .toArray();
        double seconds = Math.max(0.1, sum.path("seconds").asDouble());
        return new Result(sum.path("bytes").asDouble(), seconds, each, 0, 0);
    }
}
