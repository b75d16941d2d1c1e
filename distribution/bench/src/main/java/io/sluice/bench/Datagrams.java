package io.sluice.bench;

import io.sluice.bench.Cell.Better;
import io.sluice.bench.Contender.Capability;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** UDP of 64 and 1400 octets: the highest rate with at most 1 % loss, what is left of it under a flood, and the round trip. */
final class Datagrams implements Group {

    /** Thousands a second; a ladder ends where a rung is far from being reached. */
    private static final int[] LADDER = {
        5, 10, 20, 30, 40, 60, 80, 100, 125, 150, 175, 200, 230, 260, 300, 350, 400, 500
    };

    private static final int RUNG_SECONDS = 2;
    private static final int FLOOD_SECONDS = 4;

    /** Enough for the receiver not to be what loses. */
    private static final String SOCKET_BUFFER = "2M";

    private static final int ROUND_TRIPS = 2_000;

    @Override
    public String name() {
        return "udp";
    }

    @Override
    public Set<Capability> needs() {
        return EnumSet.of(Capability.UDP);
    }

    @Override
    public void measure(Cell cell) {
        for (int size : new int[] {64, 1400}) {
            for (String way : List.of("up", "down")) {
                double best = ladder(cell, size, way);
                cell.put("UDP " + size + " B " + way + ", highest kpps with at most 1 % loss", best);
                Usage.Of<Iperf.Result> flood =
                        Usage.measure(cell.gateway(), () -> send(cell, size, 0, FLOOD_SECONDS, way));
                cell.put(
                        "UDP " + size + " B " + way + " flood, delivered kpps",
                        flood.result().kilopackets());
                cell.results().foreign(flood.usage().foreignCores());
            }
        }
        Sessions.Spread spread = Sessions.udpRoundTrips(cell.site().app, ROUND_TRIPS);
        cell.put("UDP round trip p50, µs", spread.p50Micros(), Better.LESS);
        cell.put("UDP round trip p99, µs", spread.p99Micros(), Better.LESS);
    }

    private static double ladder(Cell cell, int size, String way) {
        double best = 0;
        for (int rung : LADDER) {
            Iperf.Result run = send(cell, size, rung, RUNG_SECONDS, way);
            if (run.lostPercent() <= 1 && run.kilopackets() >= 0.9 * rung) {
                best = Math.max(best, run.kilopackets());
            } else if (run.lostPercent() > 5 || run.kilopackets() < 0.8 * rung) {
                break;
            }
        }
        return best;
    }

    /** @param kilopackets a second; 0 for as many as go */
    private static Iperf.Result send(Cell cell, int size, int kilopackets, int seconds, String way) {
        List<String> options = new ArrayList<>(List.of(
                "-u",
                "-l",
                Integer.toString(size),
                "-b",
                Long.toString(kilopackets * 8_000L * size),
                "-w",
                SOCKET_BUFFER));
        if (way.equals("down")) {
            options.add("-R");
        }
        return Iperf.start(cell.site(), cell.site().app, Ports.IPERF[0], seconds, options)
                .result();
    }
}
