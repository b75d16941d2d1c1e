package io.sluice.bench;

import io.sluice.bench.Cell.Better;
import io.sluice.testkit.netns.NetworkNamespace;
import java.util.ArrayList;
import java.util.List;

/** TCP up and down, one and eight streams, and what it cost. */
final class Throughput implements Group {

    @Override
    public String name() {
        return "tcp";
    }

    @Override
    public void measure(Cell cell) {
        for (int streams : new int[] {1, 8}) {
            for (String way : List.of("up", "down")) {
                Usage.Of<Iperf.Result> run = Usage.measure(
                        cell.gateway(),
                        () -> transfer(
                                cell.site(), cell.site().app, cell.settings().seconds(), streams, way));
                String of = way + " " + streams + (streams == 1 ? " stream" : " streams");
                double gigabytes = Math.max(1e-9, run.result().bytes() / 1e9);
                cell.put("TCP " + of + ", Gbit/s", run.result().gigabits());
                if (cell.contender().can(Contender.Capability.PROCESS)) {
                    cell.put("gateway CPU s/GB, " + of, run.usage().gatewaySeconds() / gigabytes, Better.LESS);
                }
                cell.put("machine CPU s/GB, " + of, run.usage().machineSeconds() / gigabytes, Better.LESS);
                cell.results().foreign(run.usage().foreignCores());
            }
        }
    }

    /** @param way {@code up}, to the far end, or {@code down} */
    static Iperf.Result transfer(Site site, NetworkNamespace from, int seconds, int streams, String way) {
        List<String> options = new ArrayList<>(List.of("-P", Integer.toString(streams)));
        if (way.equals("down")) {
            options.add("-R");
        }
        return Iperf.start(site, from, Ports.IPERF[0], seconds, options).result();
    }
}
