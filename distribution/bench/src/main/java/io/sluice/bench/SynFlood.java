package io.sluice.bench;

import io.sluice.bench.Cell.Better;
import io.sluice.bench.Contender.Capability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A LAN client sends through the gateway, first alone, then while another host of the LAN floods the network behind the tunnel with SYNs from
 * forged addresses: what is left of its goodput, what the gateway's memory does, and how soon after the flood a new connection is answered.
 *
 * <p>The transfer has its connection before the flood begins, and counts from a second after the flood's begin to a second before its end. The
 * flood takes processor time from everybody, itself included: {@code plain} in the same table says what is lost to that alone as fast
 * as it goes, and the paced transfer what a gateway loses that has time to spare. Under
 * {@code splice} the kernel tracks every SYN, in a table that net.netfilter.nf_conntrack_max bounds.
 */
final class SynFlood implements Group {

    /** The project's bar. */
    static final int RATE = 50_000;

    /** What a transfer is held to, as iperf3 writes it; empty: to nothing. */
    enum Pace {
        FULL("as fast as it goes", ""),
        HALF_GIGABIT("500 Mbit/s", "500M");

        final String words;
        final String bits;

        Pace(String words, String bits) {
            this.words = words;
            this.bits = bits;
        }
    }

    private static final Pattern REACHED = Pattern.compile("sent (\\d+) in (\\d+) ms");

    /** The sender's own clock ends it; beyond that it hangs. */
    private static final int PATIENCE_SECONDS = 30;

    /** A gateway that has not answered by then does not. */
    private static final long RECOVERY_NANOS = 60_000_000_000L;

    private final int rate;

    SynFlood() {
        this(RATE);
    }

    /** @param rate SYNs a second */
    SynFlood(int rate) {
        this.rate = rate;
    }

    @Override
    public String name() {
        return "flood";
    }

    @Override
    public Set<Capability> needs() {
        return EnumSet.of(Capability.LAN);
    }

    @Override
    public void measure(Cell cell) {
        for (Pace pace : Pace.values()) {
            measure(cell, pace);
        }
    }

    void measure(Cell cell, Pace pace) {
        Site site = cell.site();
        Usage.Of<Iperf.Result> alone = Usage.once(
                cell.gateway(),
                () -> start(cell, pace, cell.settings().seconds(), 0).result());
        cell.results().foreign(alone.usage().foreignCores());
        double before = cell.gateway().residentMib();
        double peak;
        Usage.Of<Flooded> flooded;
        try (Peak memory = new Peak(cell.gateway())) {
            flooded = Usage.once(cell.gateway(), () -> flooded(cell, pace));
            peak = memory.mib();
        }
        cell.results().foreign(flooded.usage().foreignCores());
        double seconds = untilAnswer(site, flooded.result().ended());
        double with = flooded.result().transfer().megabits();
        double without = alone.result().megabits();
        String of = "flood, " + pace.words + ", ";
        cell.put(of + "Mbit/s without", without);
        cell.put(of + "Mbit/s under it", with);
        if (without > 0) {
            cell.put(of + "% of goodput kept", 100 * with / without);
        }
        cell.put(of + "SYNs sent, thousands/s", flooded.result().thousands());
        if (cell.contender().can(Capability.PROCESS)) {
            cell.put(of + "memory before, MiB", before, Better.LESS);
            cell.put(of + "memory at most more, MiB", Math.max(0, peak - before), Better.LESS);
            cell.put(of + "memory more afterwards, MiB", cell.gateway().residentMib() - before, Better.LESS);
        }
        cell.put(of + "answer after its end, s", seconds, Better.LESS);
    }

    private static Iperf start(Cell cell, Pace pace, int seconds, int omitted) {
        List<String> options = new ArrayList<>(List.of("-O", Integer.toString(omitted)));
        if (!pace.bits.isEmpty()) {
            options.addAll(List.of("-b", pace.bits));
        }
        return Iperf.start(cell.site(), cell.site().lan, Ports.IPERF[0], seconds, options);
    }

    /**
     * What came of a flood.
     *
     * @param thousands of SYNs a second that the sender's kernel took
     * @param ended when, of {@link System#nanoTime}
     */
    private record Flooded(Iperf.Result transfer, double thousands, long ended) {}

    private Flooded flooded(Cell cell, Pace pace) {
        int lasting = cell.settings().floodSeconds();
        Process sender = null;
        try {
            Path log = Files.createTempFile("sluice-bench", ".flood");
            List<String> words = JavaChild.command(
                    SynSender.class, Integer.toString(rate), Integer.toString(lasting), Integer.toString(cell.round()));
            Process flood = cell.site().lan.start(log, words.toArray(String[]::new));
            sender = flood;
            Await.until("the flood", flood, log, () -> Files.readString(log).contains("ready"));
            Iperf run = start(cell, pace, Math.max(1, lasting - 2), 1);
            run.awaitConnections();
            flood.getOutputStream().write('\n');
            flood.getOutputStream().flush();
            boolean over = flood.waitFor(lasting + PATIENCE_SECONDS, TimeUnit.SECONDS);
            long ended = System.nanoTime();
            Matcher reached = REACHED.matcher(Files.readString(log));
            if (!over || !reached.find()) {
                throw new IllegalStateException("the flood did not end as it should: " + Await.tail(log));
            }
            Files.delete(log);
            double thousands = Double.parseDouble(reached.group(1)) / Double.parseDouble(reached.group(2));
            return new Flooded(run.result(), thousands, ended);
        } catch (IOException e) {
            throw new IllegalStateException("the flood", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            if (sender != null) {
                sender.destroyForcibly();
            }
        }
    }

    /** Tries new connections, each for half a second, until one has had its octet back; endless where none had. */
    private static double untilAnswer(Site site, long ended) {
        while (System.nanoTime() - ended < RECOVERY_NANOS) {
            if (Sessions.answers(site.lan)) {
                return (System.nanoTime() - ended) * 1e-9;
            }
        }
        return Double.POSITIVE_INFINITY;
    }

    /** Looks at a gateway's memory ten times a second, on a thread of its own. */
    private static final class Peak implements AutoCloseable {

        private static final int PERIOD_MILLIS = 100;

        private final Gateway gateway;
        private final Thread thread;
        private volatile double mib;

        Peak(Gateway gateway) {
            this.gateway = gateway;
            this.mib = gateway.residentMib();
            this.thread = Thread.ofPlatform().daemon().name("memory").start(this::look);
        }

        private void look() {
            try {
                while (true) {
                    Thread.sleep(PERIOD_MILLIS);
                    mib = Math.max(mib, gateway.residentMib());
                }
            } catch (InterruptedException e) {
                // closed
            }
        }

        double mib() {
            return mib;
        }

        @Override
        public void close() {
            thread.interrupt();
        }
    }
}
