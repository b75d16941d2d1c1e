package io.sluice.netmon.engine;

import io.sluice.api.netmon.NetworkChange;
import io.sluice.api.netmon.NetworkMonitor;
import io.sluice.api.netmon.NetworkState;
import io.sluice.netmon.spi.Reading;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides when to look at the network and what to tell of it.
 *
 * <pre>
 *   announced(network, routes) ─► Coalescer ─┐
 *   sleep(goes, wakes) ──────────► at once ──┼─► due() ─► looking(), the caller reads, looked(reading) ─► events
 *   ClockWatch, every 5 s ─────── jumped? ───┘
 *   polling, every 5 s ──────────────────────┘
 * </pre>
 *
 * A look whose reading equals the state before tells nothing, but that routes were announced. A wake that nobody announces is known by the
 * clocks.
 */
public final class MonitorEngine {

    /** Changes that are kept for people. */
    public static final int RECENT = 32;

    private final Coalescer coalescer = new Coalescer();
    private final ClockWatch clocks;
    private final List<NetworkChange> recent = new ArrayList<>();
    private NetworkState state = NetworkState.UNKNOWN;
    private boolean polling;
    private boolean asleep;
    private boolean routes;
    private boolean atOnce = true;
    private Duration jump = Duration.ZERO;
    private long changes;
    private long routeUpdates;
    private long looks;
    private long jumps;

    /**
     * @param now nanoseconds of a clock that stands still while the machine sleeps
     * @param elapsed of one that does not
     * @param polling whether nobody announces anything
     */
    public MonitorEngine(long now, Duration elapsed, boolean polling) {
        this.clocks = new ClockWatch(now, elapsed);
        this.polling = polling;
    }

    /** @param ofRoutes routes or rules, else interfaces or addresses */
    public void announced(boolean ofRoutes, long now) {
        routes |= ofRoutes;
        coalescer.announced(now);
    }

    public void sleep(boolean goes) {
        asleep = goes;
        atOnce = true;
    }

    /** From now on nobody, or again somebody, announces changes. What was missed meanwhile is looked for. */
    public void polling(boolean now) {
        atOnce |= polling != now;
        polling = now;
    }

    /** When {@link #due} is to be asked again, at the latest. */
    public long next() {
        long tick = clocks.due();
        return coalescer.due().stream()
                .map(at -> at - tick < 0 ? at : tick)
                .findFirst()
                .orElse(tick);
    }

    /** Reads the clocks; returns whether to read the network now. */
    public boolean due(long now, Optional<Duration> elapsed) {
        boolean ticked = now - clocks.due() >= 0;
        if (ticked || atOnce) {
            Duration jumped = clocks.read(now, elapsed);
            if (!jumped.isZero()) {
                jumps++;
                jump = jump.plus(jumped);
                asleep = false;
                atOnce = true;
            }
        }
        boolean quiet = coalescer.due().stream().anyMatch(at -> now - at >= 0);
        return atOnce || quiet || (ticked && polling);
    }

    /** The network is going to be read. What is announced from now on may not be in the reading, and asks for another one. */
    public void looking() {
        coalescer.looked();
        atOnce = false;
    }

    /** It could not be read; it is tried again soon. */
    public void unread(long now) {
        coalescer.announced(now);
    }

    /**
     * What was read since {@link #looking}; returns what to tell, in order.
     *
     * @param at when it was about to be read
     * @param read the same in nanoseconds of the monotonic clock
     */
    public List<Event> looked(Reading reading, Instant at, long read) {
        looks++;
        NetworkState now = new NetworkState(
                at,
                polling ? NetworkState.Source.POLLED : NetworkState.Source.ANNOUNCED,
                reading.interfaces(),
                reading.default4(),
                reading.default6(),
                asleep,
                read);
        NetworkChange change = new NetworkChange(state, now, jump);
        boolean told = !now.same(state) || change.timeJumped();
        jump = Duration.ZERO;
        state = now;
        List<Event> events = new ArrayList<>();
        if (told) {
            keep(change);
            events.add(new Event.Changed(change));
            if (change.defaultInterfaceChanged()) {
                events.add(new Event.DefaultInterfaceChanged(change));
            }
            if (change.wentOffline()) {
                events.add(new Event.Paused(asleep ? "the machine goes to sleep" : "there is no default interface"));
            }
            if (change.cameOnline()) {
                events.add(new Event.Resumed(now));
            }
        }
        if (routes) {
            routes = false;
            routeUpdates++;
            events.add(new Event.RoutesChanged());
        }
        return events;
    }

    private void keep(NetworkChange change) {
        changes++;
        if (recent.size() == RECENT) {
            recent.removeFirst();
        }
        recent.add(change);
    }

    public NetworkState state() {
        return state;
    }

    public List<NetworkChange> recent() {
        return List.copyOf(recent);
    }

    public Map<String, Long> counters() {
        Map<String, Long> counters = new LinkedHashMap<>();
        counters.put(NetworkMonitor.NETWORK_CHANGES, changes);
        counters.put(NetworkMonitor.ROUTE_UPDATES, routeUpdates);
        counters.put("looks", looks);
        counters.put("clockJumps", jumps);
        return counters;
    }
}
