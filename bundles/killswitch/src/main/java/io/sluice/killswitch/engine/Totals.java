package io.sluice.killswitch.engine;

import io.sluice.api.killswitch.KillSwitchStatus.Drops;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counters over all rulesets: the kernel's begin at 0 with each. Confined to the lock of its owner. */
public final class Totals {

    private final Map<String, Drops> before = new TreeMap<>();
    private List<Drops> now = List.of();

    /** The kernel's counters are these now. */
    public void read(List<Drops> counters) {
        now = List.copyOf(counters);
    }

    /** The kernel's counters begin anew. */
    public void restart() {
        now.forEach(drops -> before.merge(drops.kind(), drops, Totals::sum));
        now = List.of();
    }

    public List<Drops> all() {
        Map<String, Drops> all = new TreeMap<>(before);
        now.forEach(drops -> all.merge(drops.kind(), drops, Totals::sum));
        return new ArrayList<>(all.values());
    }

    public long packets(String kind) {
        return all().stream()
                .filter(drops -> drops.kind().equals(kind))
                .mapToLong(Drops::packets)
                .sum();
    }

    private static Drops sum(Drops a, Drops b) {
        return new Drops(a.kind(), a.packets() + b.packets(), a.octets() + b.octets());
    }
}
