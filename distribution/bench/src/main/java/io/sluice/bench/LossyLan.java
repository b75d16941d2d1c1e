package io.sluice.bench;

import io.sluice.bench.Contender.Capability;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** A client behind the gateway, whose link to it loses nothing or one in a hundred packets in both directions, at no delay. */
final class LossyLan implements Group {

    @Override
    public String name() {
        return "loss";
    }

    @Override
    public Set<Capability> needs() {
        return EnumSet.of(Capability.LAN);
    }

    @Override
    public void measure(Cell cell) {
        Site site = cell.site();
        try {
            for (int percent : new int[] {0, 1}) {
                site.losing(percent);
                for (String way : List.of("up", "down")) {
                    for (int streams : percent == 0 ? new int[] {1} : new int[] {1, 8}) {
                        Usage.Of<Iperf.Result> run = Usage.measure(
                                cell.gateway(),
                                () -> Throughput.transfer(
                                        site, site.lan, cell.settings().seconds(), streams, way));
                        cell.put(
                                "LAN client, " + percent + " % loss, " + way + " " + streams + ", Gbit/s",
                                run.result().gigabits());
                        cell.results().foreign(run.usage().foreignCores());
                    }
                }
            }
        } finally {
            site.losing(0);
        }
    }
}
