package io.sluice.bench;

import io.sluice.bench.Contender.Capability;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A number of measures that are taken of one start of a gateway. */
interface Group {

    String name();

    /** What a contender must be able to do. */
    default Set<Capability> needs() {
        return Set.of();
    }

    /** Whether traffic before it would spoil it. */
    default boolean wantsItCold() {
        return false;
    }

    /** At most so many rounds are worth their time. */
    default int rounds(int wanted) {
        return wanted;
    }

    void measure(Cell cell);

    static Group named(String name) {
        Map<String, Group> known = new TreeMap<>();
        for (Group group : List.of(
                new Throughput(),
                new Datagrams(),
                new Latency(),
                new IdleConnections(),
                new LossyLan(),
                new StartTime(),
                new BadPaths(),
                new SynFlood())) {
            known.put(group.name(), group);
        }
        if (!known.containsKey(name)) {
            throw new IllegalArgumentException("unknown group '" + name + "'; known: " + known.keySet());
        }
        return known.get(name);
    }
}
