package io.sluice.matrix;

import io.sluice.matrix.Carrier.Protocol;
import io.sluice.matrix.Carrier.Security;
import io.sluice.matrix.Carrier.Transport;
import io.sluice.matrix.Peer.Running;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How fast clients carry one stream, and for how much processor time: each against the same server on the same path, in turns A B C, C B A, so that a slow minute
 * of the machine hits them all. Only numbers of one table may be compared.
 */
final class Speed {

    static final List<Carrier> CARRIERS = List.of(
            new Carrier(Protocol.SHADOWSOCKS, "aes-256-gcm", Transport.RAW, Security.NONE),
            new Carrier(Protocol.TROJAN, "", Transport.RAW, Security.TLS),
            new Carrier(Protocol.VLESS, "", Transport.WEBSOCKET, Security.TLS));

    /** A JVM compiles meanwhile; the others get the same. */
    private static final int WARM_SECONDS = 3;

    private static final ExecutorService THREADS = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("load").factory());

    private final Matrix matrix;
    private final Peer server;
    private final List<String> clients;
    private final int rounds;
    private final int seconds;
    private final Map<String, Map<String, List<Double>>> samples = new LinkedHashMap<>();

    /** @param clients the names of those beside ours */
    Speed(Matrix matrix, Peer server, List<String> clients, int rounds, int seconds) {
        this.matrix = matrix;
        this.server = server;
        this.clients = clients;
        this.rounds = rounds;
        this.seconds = seconds;
    }

    /** Measures, and gives the table. */
    String run(List<Carrier> carriers) throws Exception {
        StringBuilder text = new StringBuilder(
                "Server: %s; %d rounds of %d s a direction.%n%n".formatted(server.name(), rounds, seconds));
        for (Carrier carrier : carriers) {
            List<Peer> able = new ArrayList<>(List.of(matrix.ours()));
            Matrix.peers().stream().filter(p -> clients.contains(p.name())).forEach(able::add);
            able.removeIf(c -> new Cell(carrier, c, server).cannot().isPresent());
            for (int round = 0; round < rounds; round++) {
                for (Peer client : round % 2 == 0 ? able : able.reversed()) {
                    matrix.between(
                            new Cell(carrier, client, server),
                            (access, ends) -> measure(carrier, client, access, ends));
                }
            }
            text.append(table(carrier, able)).append('\n');
        }
        return text.toString();
    }

    private void measure(Carrier carrier, Peer client, Access access, Running running) throws Exception {
        load(access, FarEnd.SOURCE, WARM_SECONDS);
        load(access, FarEnd.SINK, WARM_SECONDS);
        for (int what : new int[] {FarEnd.SOURCE, FarEnd.SINK}) {
            double before = running.cpuSeconds();
            long begun = System.nanoTime();
            long octets = load(access, what, seconds);
            double took = (System.nanoTime() - begun) / 1e9;
            double cpu = running.cpuSeconds() - before;
            String way = what == FarEnd.SOURCE ? "down" : "up";
            put(carrier.name() + " " + way + ", Gbit/s", client, octets * 8e-9 / took);
            put(carrier.name() + " " + way + ", client's CPU s/GB", client, cpu / (octets / 1e9));
        }
    }

    private void put(String measure, Peer client, double value) {
        System.err.printf(Locale.ROOT, "  %s %s: %.3f%n", measure, client.name(), value);
        samples.computeIfAbsent(measure, _ -> new LinkedHashMap<>())
                .computeIfAbsent(client.name(), _ -> new ArrayList<>())
                .add(value);
    }

    private static long load(Access access, int what, int seconds) throws Exception {
        try (Socket socket = access.connect()) {
            socket.getOutputStream().write(what);
            // Xray's Trojan client ends where the first payload does not fit its buffer.
            if (what == FarEnd.SINK && socket.getInputStream().read() != FarEnd.GOOD) {
                throw new IOException("the far end did not answer");
            }
            long end = System.nanoTime() + seconds * 1_000_000_000L;
            Callable<Long> moving = what == FarEnd.SOURCE
                    ? () -> received(socket.getInputStream(), end)
                    : () -> sent(socket.getOutputStream(), end);
            Future<Long> moved = THREADS.submit(moving);
            return moved.get();
        }
    }

    private static long received(InputStream in, long end) throws IOException {
        byte[] piece = new byte[1 << 18];
        long count = 0;
        while (System.nanoTime() < end) {
            int read = in.read(piece);
            if (read < 0) {
                throw new IOException("the stream ended");
            }
            count += read;
        }
        return count;
    }

    private static long sent(OutputStream out, long end) throws IOException {
        byte[] piece = new byte[1 << 18];
        long count = 0;
        while (System.nanoTime() < end) {
            out.write(piece);
            count += piece.length;
        }
        return count;
    }

    /** Medians, spread, and ours beside the better peer. */
    private String table(Carrier carrier, List<Peer> clients) {
        StringBuilder text = new StringBuilder("| " + carrier.name() + " |");
        clients.forEach(c -> text.append(' ').append(c.name()).append(" |"));
        text.append(" ours ÷ the better peer |\n|---|")
                .append("---|".repeat(clients.size() + 1))
                .append('\n');
        samples.forEach((measure, byClient) -> {
            if (!measure.startsWith(carrier.name() + " ")) {
                return;
            }
            boolean more = measure.endsWith("Gbit/s");
            text.append("| ")
                    .append(measure.substring(carrier.name().length() + 1))
                    .append(" |");
            clients.forEach(
                    c -> text.append(' ').append(cell(byClient.get(c.name()))).append(" |"));
            List<Double> peers = byClient.entrySet().stream()
                    .filter(e -> !e.getKey().equals(matrix.ours().name()))
                    .map(e -> median(e.getValue()))
                    .toList();
            List<Double> own = byClient.get(matrix.ours().name());
            text.append(
                    own == null || peers.isEmpty()
                            ? " – |\n"
                            : String.format(
                                    Locale.ROOT,
                                    " ×%.2f |%n",
                                    median(own) / (more ? Collections.max(peers) : Collections.min(peers))));
        });
        return text.toString();
    }

    private static String cell(List<Double> values) {
        return values == null
                ? "–"
                : String.format(
                        Locale.ROOT,
                        "%.2f (%.2f…%.2f)",
                        median(values),
                        Collections.min(values),
                        Collections.max(values));
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
