package io.sluice.lab;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Listens to the kernel's own notices of what happens to its packet filter ({@code nft monitor}), and knows after every transaction whether the kill switch's base
 * chain is there: a replacement that takes it out and puts it in is one transaction, so there is no moment without it.
 */
final class RuleWatch implements AutoCloseable {

    static final String TABLE = "inet sluice_killswitch";

    /** So begins what it says when the kernel had more to tell than it took (ENOBUFS), or when it gives up. */
    private static final String LOST = "# ERROR";

    private final Process process;
    private final Thread thread;
    private final List<String> gaps = new ArrayList<>();
    private final List<Duration> absences = new ArrayList<>();
    private OptionalLong absentSince = OptionalLong.empty();
    private final AtomicLong transactions = new AtomicLong();
    private volatile boolean there;
    private volatile boolean expected;
    private volatile boolean overrun;

    RuleWatch(NetworkNamespace gw) throws IOException {
        this(new ProcessBuilder("ip", "netns", "exec", gw.name(), "stdbuf", "-oL", "nft", "monitor")
                .redirectErrorStream(true)
                .start());
    }

    /** @param monitor says what {@code nft monitor} says */
    RuleWatch(Process monitor) {
        process = monitor;
        thread = Thread.ofPlatform().daemon().name("rule-watch").start(this::read);
    }

    private void read() {
        boolean changed = false;
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                overrun |= line.startsWith(LOST);
                changed |= take(line);
                if (line.startsWith("# new generation")) {
                    transactions.incrementAndGet();
                    if (changed) {
                        note(line);
                    }
                    changed = false;
                }
            }
        } catch (IOException e) {
            // The monitor was ended.
            return;
        }
    }

    /** Notes what a line says of the base chain for outgoing packets; returns whether it says anything. */
    private boolean take(String line) {
        if (line.startsWith("add chain " + TABLE + " output")) {
            there = true;
            return true;
        }
        if (line.startsWith("delete chain " + TABLE + " output") || line.startsWith("delete table " + TABLE)) {
            there = false;
            return true;
        }
        return false;
    }

    private synchronized void note(String line) {
        long now = System.nanoTime();
        if (there && absentSince.isPresent()) {
            absences.add(Duration.ofNanos(now - absentSince.getAsLong()));
            absentSince = OptionalLong.empty();
        } else if (!there && absentSince.isEmpty()) {
            absentSince = OptionalLong.of(now);
        }
        if (!there && expected) {
            gaps.add(line);
        }
    }

    /** How long it was not there each time that it came back since the last call. */
    synchronized List<Duration> absences() {
        List<Duration> found = List.copyOf(absences);
        absences.clear();
        return found;
    }

    /** From now on the chain has to be there at every instant, or need not be. */
    void expect(boolean now) {
        expected = now;
    }

    long transactions() {
        return transactions.get();
    }

    /** The transactions after which it was not there though it had to be, since the last call. */
    synchronized List<String> gaps() {
        List<String> found = List.copyOf(gaps);
        gaps.clear();
        return found;
    }

    /** Whether it still listens, and has heard everything. */
    boolean alive() {
        return process.isAlive() && !overrun;
    }

    @Override
    public void close() {
        process.destroy();
        thread.interrupt();
    }
}
