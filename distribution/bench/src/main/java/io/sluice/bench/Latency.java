package io.sluice.bench;

import io.sluice.bench.Cell.Better;

/** Connections one after the other, octets to and fro on one connection, and connections by the second. */
final class Latency implements Group {

    private static final int CONNECTIONS = 1_000;
    private static final int PINGS = 5_000;
    private static final int CONCURRENCY = 64;
    private static final int SECONDS = 4;

    @Override
    public String name() {
        return "lat";
    }

    @Override
    public void measure(Cell cell) {
        // The client compiles, too: its first round does not count.
        Sessions.connects(cell.site().app, CONNECTIONS / 2);
        Sessions.Spread connects = Sessions.connects(cell.site().app, CONNECTIONS);
        cell.put("connect and echo p50, µs", connects.p50Micros(), Better.LESS);
        cell.put("connect and echo p99, µs", connects.p99Micros(), Better.LESS);
        Sessions.pingPong(cell.site().app, PINGS / 2);
        Sessions.Spread pings = Sessions.pingPong(cell.site().app, PINGS);
        cell.put("ping-pong p50, µs", pings.p50Micros(), Better.LESS);
        cell.put("ping-pong p99, µs", pings.p99Micros(), Better.LESS);
        cell.put(
                "connections/s, " + CONCURRENCY + " at once",
                ConnectionRate.measure(cell.site().app, CONCURRENCY, SECONDS));
    }
}
