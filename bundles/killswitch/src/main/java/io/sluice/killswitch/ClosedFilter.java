package io.sluice.killswitch;

import io.sluice.api.killswitch.KillSwitchException;
import io.sluice.api.killswitch.KillSwitchStatus.Drops;
import io.sluice.killswitch.engine.FilterPlan;
import io.sluice.killswitch.engine.Totals;
import io.sluice.killswitch.spi.Filter;
import io.sluice.killswitch.spi.FirewallBackend;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The filter that is in force, its counters over all its versions, and the watch over it. Confined to the lock of its owner. */
final class ClosedFilter {

    private static final Logger LOG = LoggerFactory.getLogger(ClosedFilter.class);

    private final FirewallBackend backend;
    private final Totals totals = new Totals();
    /** What was set last by this instance; empty while the kernel holds what another one set. */
    private Optional<Filter> set = Optional.empty();

    /** Another program has removed it, and the kernel did not take it back. A table of its name may be there, and another's. */
    private boolean lost;

    /** The last setting was refused, so what was set before stands, perhaps with less than it is to have. */
    private boolean refused;

    private long version;

    private Optional<FirewallBackend.Watch> watch = Optional.empty();

    ClosedFilter(FirewallBackend backend) {
        this.backend = backend;
    }

    /** What this instance has set; empty while the kernel holds what another one set. */
    Optional<Filter> set() {
        return set;
    }

    /** Makes the kernel's filter this, unless it is, wholly. */
    void make(Filter wanted) throws KillSwitchException {
        if (!set.equals(Optional.of(wanted))
                || refused
                || !stands()
                || !backend.limitations().isEmpty()) {
            again(wanted);
        }
    }

    /** Whether it is in the kernel, as far as is known and asking for it tells. */
    boolean stands() throws KillSwitchException {
        return !lost && backend.present();
    }

    /** Sets it whether it is there or not. */
    void again(Filter wanted) throws KillSwitchException {
        count();
        version++;
        refused = true;
        backend.set(wanted);
        refused = false;
        totals.restart();
        set = Optional.of(wanted);
        lost = false;
    }

    /** What was set last is not in the kernel any more. */
    void lost() {
        lost = true;
    }

    void remove() throws KillSwitchException {
        count();
        version++;
        backend.remove();
        totals.restart();
        set = Optional.empty();
        lost = false;
        refused = false;
        stopWatching();
    }

    /** Makes the kernel forget connections from before the filter, but those of sockets with this mark. */
    void forgetOthers(int mark) {
        try {
            LOG.info("the kernel forgot {} connections from before the filter", backend.forgetConnections(mark));
        } catch (KillSwitchException e) {
            LOG.warn(
                    "connections from before the filter stay in the kernel's memory, though none of their packets"
                            + " passes: {}",
                    e.getMessage());
        }
    }

    void watch(FirewallBackend.Notices notices) throws KillSwitchException {
        if (watch.isEmpty()) {
            watch = Optional.of(backend.watch(notices));
        }
    }

    /** Not any more once the watching was ended, though a last notice may be under way: then the rules are another's to keep. */
    boolean isWatched() {
        return watch.isPresent();
    }

    void stopWatching() {
        watch.ifPresent(FirewallBackend.Watch::close);
        watch = Optional.empty();
    }

    /** Reads the kernel's counters; the last known ones stay if it does not answer. */
    void count() {
        try {
            totals.read(backend.counters());
        } catch (KillSwitchException e) {
            LOG.debug("the counters could not be read: {}", e.getMessage());
        }
    }

    List<Drops> drops() {
        return totals.all().stream()
                .filter(drops -> !drops.kind().equals(FilterPlan.ESCAPED))
                .toList();
    }

    /**
     * What it has counted up to now.
     *
     * @param heldBack packets of this host
     * @param version another one after each setting
     * @param stands it is in the kernel
     */
    record Reading(long heldBack, long escaped, long version, boolean stands) {}

    Reading reading() throws KillSwitchException {
        count();
        return new Reading(
                FilterPlan.FROM_THIS_HOST.stream().mapToLong(totals::packets).sum(),
                totals.packets(FilterPlan.ESCAPED),
                version,
                stands());
    }
}
