package io.sluice.bench;

import io.sluice.bench.Cell.Better;
import io.sluice.bench.Contender.Capability;
import java.util.EnumSet;
import java.util.Set;

/** Memory of the gateway with connections that have carried one octet and are silent since. */
final class IdleConnections implements Group {

    @Override
    public String name() {
        return "mem";
    }

    @Override
    public Set<Capability> needs() {
        return EnumSet.of(Capability.PROCESS);
    }

    @Override
    public boolean wantsItCold() {
        return true;
    }

    @Override
    public int rounds(int wanted) {
        return Math.min(wanted, 1);
    }

    @Override
    public void measure(Cell cell) {
        double empty = cell.gateway().residentMib();
        cell.put("memory without a connection, MiB", empty, Better.LESS);
        for (int count : new int[] {1_000, 9_900}) {
            try (IdleClients clients = IdleClients.open(cell.site().app, count)) {
                settle();
                double full = cell.gateway().residentMib();
                String with = "with " + count + " idle connections";
                cell.put(with + ", MiB", full, Better.LESS);
                cell.put(with + ", opened", clients.opened());
                cell.put(with + ", opened in s", clients.seconds(), Better.LESS);
                cell.put(with + ", KiB each", (full - empty) * 1024 / Math.max(1, clients.opened()), Better.LESS);
                cell.put(with + ", of 200 still alive", clients.alive(200));
            }
        }
    }

    /** Buffers that carried the octets go back to their pools. */
    private static void settle() {
        try {
            Thread.sleep(1_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
