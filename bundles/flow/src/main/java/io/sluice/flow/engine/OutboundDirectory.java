package io.sluice.flow.engine;

import io.sluice.api.outbound.Outbound;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control side of the outbounds: takes what comes and goes, and publishes an {@link OutboundSet} after each change. Of several with
 * one tag the one with the highest ranking is published, among equals the oldest; the others wait and are named in the log.
 */
final class OutboundDirectory {

    private static final Logger LOG = LoggerFactory.getLogger(OutboundDirectory.class);

    private final Consumer<OutboundSlot> onWithdrawn;
    private final Map<Outbound, Candidate> candidates = new IdentityHashMap<>();
    private long arrivals;
    private volatile OutboundSet published = OutboundSet.EMPTY;

    /** @param onWithdrawn told of each slot that is no longer published, after it is marked; on the thread that made the change */
    OutboundDirectory(Consumer<OutboundSlot> onWithdrawn) {
        this.onWithdrawn = onWithdrawn;
    }

    OutboundSet published() {
        return published;
    }

    synchronized void add(Outbound outbound, int ranking) {
        candidates.put(outbound, new Candidate(new OutboundSlot(outbound, outbound.tag()), ranking, arrivals++));
        publish();
    }

    synchronized void remove(Outbound outbound) {
        if (candidates.remove(outbound) != null) {
            publish();
        }
    }

    private void publish() {
        Map<String, List<Candidate>> byTag = new HashMap<>();
        for (Candidate candidate : candidates.values()) {
            byTag.computeIfAbsent(candidate.slot.tag(), tag -> new ArrayList<>())
                    .add(candidate);
        }
        Map<String, OutboundSlot> chosen = new HashMap<>();
        Set<String> duplicates = new TreeSet<>();
        byTag.forEach((tag, list) -> {
            list.sort(Candidate.BEST_FIRST);
            chosen.put(tag, list.getFirst().available());
            if (list.size() > 1) {
                duplicates.add(tag);
            }
        });
        OutboundSet before = published;
        published = new OutboundSet(chosen);
        for (String tag : duplicates) {
            List<Candidate> list = byTag.get(tag);
            LOG.warn(
                    "{} outbounds have the tag '{}': {} is used (highest ranking), give the others another tag",
                    list.size(),
                    tag,
                    list.getFirst().slot.outbound().description());
        }
        for (OutboundSlot slot : before.byTag().values()) {
            if (chosen.get(slot.tag()) != slot) {
                slot.withdraw();
                onWithdrawn.accept(slot);
            }
        }
    }

    private static final class Candidate {

        static final Comparator<Candidate> BEST_FIRST =
                Comparator.<Candidate>comparingInt(c -> -c.ranking).thenComparingLong(c -> c.arrival);

        private OutboundSlot slot;
        private final int ranking;
        private final long arrival;

        Candidate(OutboundSlot slot, int ranking, long arrival) {
            this.slot = slot;
            this.ranking = ranking;
            this.arrival = arrival;
        }

        /** The slot; a new one if it was withdrawn in favour of another outbound that has gone since. */
        OutboundSlot available() {
            if (slot.withdrawn()) {
                slot = new OutboundSlot(slot.outbound(), slot.tag());
            }
            return slot;
        }
    }
}
