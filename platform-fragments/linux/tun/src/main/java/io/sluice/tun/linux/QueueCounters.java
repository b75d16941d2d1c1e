package io.sluice.tun.linux;

import io.sluice.api.tun.TunCounters;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Counters of one queue: written by its loop alone, read by anyone, so an increment costs neither a lock nor a fence. */
final class QueueCounters {

    private final AtomicLong rxPackets = new AtomicLong();
    private final AtomicLong rxBytes = new AtomicLong();
    private final AtomicLong txPackets = new AtomicLong();
    private final AtomicLong txBytes = new AtomicLong();
    private final AtomicLong rxErrors = new AtomicLong();
    private final AtomicLong txFull = new AtomicLong();
    private final AtomicLong txErrors = new AtomicLong();

    void received(long bytes) {
        add(rxPackets, 1);
        add(rxBytes, bytes);
    }

    void sent(long bytes) {
        add(txPackets, 1);
        add(txBytes, bytes);
    }

    void receiveError() {
        add(rxErrors, 1);
    }

    void full() {
        add(txFull, 1);
    }

    void sendError() {
        add(txErrors, 1);
    }

    private static void add(AtomicLong counter, long amount) {
        counter.setOpaque(counter.getPlain() + amount);
    }

    static TunCounters sum(List<QueueCounters> all) {
        return new TunCounters(
                all.stream().mapToLong(c -> c.rxPackets.getOpaque()).sum(),
                all.stream().mapToLong(c -> c.rxBytes.getOpaque()).sum(),
                all.stream().mapToLong(c -> c.txPackets.getOpaque()).sum(),
                all.stream().mapToLong(c -> c.txBytes.getOpaque()).sum(),
                all.stream().mapToLong(c -> c.rxErrors.getOpaque()).sum(),
                all.stream().mapToLong(c -> c.txFull.getOpaque()).sum(),
                all.stream().mapToLong(c -> c.txErrors.getOpaque()).sum());
    }
}
