package io.sluice.killswitch;

import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.killswitch.KillSwitchException;
import io.sluice.api.killswitch.LeakProof;
import io.sluice.killswitch.engine.FilterPlan;
import io.sluice.killswitch.spi.FirewallBackend;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Proves by canaries that the filter holds; any thread, one proof at a time. */
final class Prover {

    private final FirewallBackend backend;
    private final ClosedFilter filter;
    private final InstantSource clock;

    Prover(FirewallBackend backend, ClosedFilter filter, InstantSource clock) {
        this.backend = backend;
        this.filter = filter;
        this.clock = clock;
    }

    /** Tells how the kill switch stands; empty if it is open. */
    @FunctionalInterface
    interface Look {
        Optional<Standing> now() throws KillSwitchException;
    }

    /**
     * One proof.
     *
     * @param owner whose lock is held while the filter, and the two others, are asked, and not while canaries are under way; taken after that of this object
     */
    synchronized LeakProof prove(Object owner, Look closed, Supplier<Optional<FirewallPolicy>> policy)
            throws KillSwitchException {
        Optional<String> tunnel;
        ClosedFilter.Reading before;
        synchronized (owner) {
            Optional<Standing> standing = closed.now();
            if (standing.isEmpty()) {
                return Verdict.disarmed(clock.instant());
            }
            before = filter.reading();
            if (!before.stands()) {
                return Verdict.notInForce(clock.instant(), standing.get());
            }
            tunnel = policy.get()
                    .flatMap(now ->
                            now instanceof FirewallPolicy.Connected up ? Optional.of(up.device()) : Optional.empty());
        }
        // Not under the lock: what is lost meanwhile has to come back at once.
        List<LeakProof.Canary> canaries = backend.sendCanaries(FilterPlan.CANARY_TARGETS, tunnel);
        synchronized (owner) {
            return Verdict.of(clock.instant(), canaries, before, filter.reading());
        }
    }
}
