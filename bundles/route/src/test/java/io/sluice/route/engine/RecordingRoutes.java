package io.sluice.route.engine;

import io.sluice.api.route.RouteException;
import io.sluice.route.spi.HostEntry;
import io.sluice.route.spi.RouteBackend;
import io.sluice.route.spi.TableRoute;
import java.util.ArrayList;
import java.util.List;

/** A host in memory that writes down every step and can refuse one. */
final class RecordingRoutes implements RouteBackend {

    final List<HostEntry> entries = new ArrayList<>();
    final List<String> steps = new ArrayList<>();
    boolean ipv6 = true;
    int refuseStep = -1;

    @Override
    public boolean supports(boolean family6) {
        return !family6 || ipv6;
    }

    @Override
    public List<HostEntry> ours() {
        return List.copyOf(entries);
    }

    @Override
    public void put(HostEntry entry) throws RouteException {
        step("+ " + entry);
        entries.removeIf(
                old -> old instanceof TableRoute route && entry instanceof TableRoute fresh && route.samePlace(fresh));
        entries.add(entry);
    }

    @Override
    public void remove(HostEntry entry) throws RouteException {
        step("- " + entry);
        entries.remove(entry);
    }

    private void step(String text) throws RouteException {
        if (steps.size() == refuseStep) {
            refuseStep = -1;
            throw new RouteException("refused: " + text);
        }
        steps.add(text);
    }

    List<String> lines() {
        return entries.stream().map(HostEntry::toString).toList();
    }
}
