package io.sluice.bench;

import io.sluice.bench.Cell.Better;
import io.sluice.testkit.netns.NetworkNamespace;

/**
 * Connections one after the other, octets to and fro on one connection, and connections by the second: of a gateway that has carried few connections yet,
 * and of the same after {@link #WARM_SECONDS} more of them. What compiles while it runs is slower at first; what does not is to show no difference.
 */
final class Latency implements Group {

    private static final int CONNECTIONS = 1_000;
    private static final int PINGS = 5_000;
    private static final int CONCURRENCY = 64;
    private static final int SECONDS = 4;

    /** Some tens of thousands of connections: enough for the second tier of a JVM's compiler on two cores that the load shares. */
    private static final int WARM_SECONDS = 15;

    @Override
    public String name() {
        return "lat";
    }

    @Override
    public void measure(Cell cell) {
        NetworkNamespace app = cell.site().app;
        // The client compiles, too: its first round does not count.
        Sessions.connects(app, CONNECTIONS / 2);
        connections(cell, app, "");
        Sessions.pingPong(app, PINGS / 2);
        Sessions.Spread pings = Sessions.pingPong(app, PINGS);
        cell.put("ping-pong p50, µs", pings.p50Micros(), Better.LESS);
        cell.put("ping-pong p99, µs", pings.p99Micros(), Better.LESS);
        ConnectionRate.measure(app, CONCURRENCY, WARM_SECONDS);
        connections(cell, app, ", warm");
    }

    private static void connections(Cell cell, NetworkNamespace app, String when) {
        Sessions.Spread connects = Sessions.connects(app, CONNECTIONS);
        cell.put("connect and echo p50, µs" + when, connects.p50Micros(), Better.LESS);
        cell.put("connect and echo p99, µs" + when, connects.p99Micros(), Better.LESS);
        cell.put(
                "connections/s, " + CONCURRENCY + " at once" + when, ConnectionRate.measure(app, CONCURRENCY, SECONDS));
    }
}
