package io.sluice.bench;

import io.sluice.bench.Contender.Capability;
import io.sluice.testkit.impairment.Impairment;
import io.sluice.testkit.impairment.ImpairmentRelay;
import io.sluice.testkit.netns.NetworkNamespace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Clients behind the gateway, each at the end of a bad path of its own: what arrives at 0, 1, 3 and 5 % loss and 20 and 100 ms round trip, how
 * two flows share a path, and whether a long fat one is filled. All eight losses and round trips run at the same time, as they are slow enough not
 * to meet; with the same seeds for every contender.
 *
 * <p>Compared with {@code plain} (the kernel's TCP from end to end) and {@code splice} (the kernel's TCP up to the gateway).
 */
final class BadPaths implements Group {

    private static final int[] ROUND_TRIP_MILLIS = {20, 100};
    private static final int[] LOSS_PERCENT = {0, 1, 3, 5};

    /** A window of 2.5 MB fills it; 64 KiB a round trip are 5 Mbit/s. */
    private static final String LONG_FAT = "rate=200mbit queue=4m";

    /** A flow needs some round trips of slow start, and losses some time to even out. */
    private static final int MIN_SECONDS = 15;

    @Override
    public String name() {
        return "path";
    }

    @Override
    public Set<Capability> needs() {
        return EnumSet.of(Capability.LAN);
    }

    /** A namespace behind the gateway and the path between them. */
    private record Client(NetworkNamespace namespace, ImpairmentRelay relay) implements AutoCloseable {

        static Client behind(Site site, int number, Impairment path, long seed) {
            NetworkNamespace namespace = NetworkNamespace.create();
            try {
                Site.tune(namespace);
                ImpairmentRelay relay = ImpairmentRelay.between(
                        namespace,
                        Site.clientOf(number) + "/24",
                        site.app,
                        Site.gatewayOf(number) + "/24",
                        "path" + number,
                        path,
                        path,
                        seed);
                Site.route(namespace, "default", Site.gatewayOf(number));
                return new Client(namespace, relay);
            } catch (Exception e) {
                namespace.close();
                throw new IllegalStateException("a bad path cannot be made", e);
            }
        }

        @Override
        public void close() {
            if (relay.counters().leftToRight().overflow()
                            + relay.counters().rightToLeft().overflow()
                    > 0) {
                System.err.println("  the relay was overrun, the result is void: " + relay.counters());
            }
            relay.close();
            namespace.close();
        }
    }

    @Override
    public void measure(Cell cell) {
        for (String way : List.of("up", "down")) {
            losses(cell, way);
            sharing(cell, way);
            longFat(cell, way);
        }
    }

    private static int seconds(Cell cell) {
        return Math.max(MIN_SECONDS, cell.settings().seconds());
    }

    private static void losses(Cell cell, String way) {
        List<Client> clients = new ArrayList<>();
        List<Iperf> runs = new ArrayList<>();
        try {
            for (int roundTrip : ROUND_TRIP_MILLIS) {
                for (int loss : LOSS_PERCENT) {
                    Impairment path = Impairment.parse("rate=" + cell.settings().pathRate())
                            .withDelay(Duration.ofMillis(roundTrip).dividedBy(2))
                            .withLoss(loss / 100.0);
                    int number = clients.size();
                    clients.add(Client.behind(cell.site(), number, path, 100L * cell.round() + number));
                }
            }
            for (int i = 0; i < clients.size(); i++) {
                runs.add(Iperf.start(
                        cell.site(), clients.get(i).namespace(), Ports.IPERF[i], seconds(cell), options(cell, way, 1)));
            }
            int i = 0;
            for (int roundTrip : ROUND_TRIP_MILLIS) {
                for (int loss : LOSS_PERCENT) {
                    cell.put(
                            roundTrip + " ms, " + loss + " % loss, " + way + ", Mbit/s",
                            runs.get(i++).result().megabits());
                }
            }
        } finally {
            clients.forEach(Client::close);
        }
    }

    private static void sharing(Cell cell, String way) {
        List<Client> clients = new ArrayList<>();
        List<Iperf> runs = new ArrayList<>();
        try {
            for (int roundTrip : ROUND_TRIP_MILLIS) {
                Impairment path = Impairment.parse("rate=" + cell.settings().pathRate())
                        .withDelay(Duration.ofMillis(roundTrip).dividedBy(2));
                clients.add(Client.behind(cell.site(), clients.size(), path, cell.round()));
            }
            for (int i = 0; i < clients.size(); i++) {
                runs.add(Iperf.start(
                        cell.site(),
                        clients.get(i).namespace(),
                        Ports.IPERF[i],
                        2 * seconds(cell),
                        options(cell, way, 2)));
            }
            for (int i = 0; i < clients.size(); i++) {
                double jain = jain(runs.get(i).result().streamBytes());
                cell.put(ROUND_TRIP_MILLIS[i] + " ms, two flows " + way + ", Jain's index", jain);
            }
        } finally {
            clients.forEach(Client::close);
        }
    }

    /** Jain, Chiu and Hawe 1984: 1 where all have the same, 1/n where one has all. */
    static double jain(double[] shares) {
        double sum = 0;
        double squares = 0;
        for (double share : shares) {
            sum += share;
            squares += share * share;
        }
        return squares == 0 ? 0 : sum * sum / (shares.length * squares);
    }

    private static void longFat(Cell cell, String way) {
        Impairment path = Impairment.parse(LONG_FAT).withDelay(Duration.ofMillis(50));
        try (Client client = Client.behind(cell.site(), 0, path, cell.round())) {
            Iperf.Result run = Iperf.start(
                            cell.site(), client.namespace(), Ports.IPERF[0], seconds(cell), options(cell, way, 1))
                    .result();
            cell.put("100 ms, 200 Mbit/s, " + way + ", Mbit/s", run.megabits());
        }
    }

    /** Names the congestion control: the kernel's default may be another one, such as BBR, which hardly looks at losses. */
    private static List<String> options(Cell cell, String way, int streams) {
        List<String> options = new ArrayList<>(
                List.of("-P", Integer.toString(streams), "-C", cell.settings().pathCongestionControl()));
        if (way.equals("down")) {
            options.add("-R");
        }
        return options;
    }
}
