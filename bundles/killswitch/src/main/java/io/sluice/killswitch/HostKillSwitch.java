package io.sluice.killswitch;

import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.killswitch.KillSwitch;
import io.sluice.api.killswitch.KillSwitchException;
import io.sluice.api.killswitch.KillSwitchException.Code;
import io.sluice.api.killswitch.KillSwitchMode;
import io.sluice.api.killswitch.KillSwitchStatus;
import io.sluice.api.killswitch.KillSwitchStatus.Heal;
import io.sluice.api.killswitch.KillSwitchStatus.State;
import io.sluice.api.killswitch.LeakProof;
import io.sluice.api.killswitch.OwnTraffic;
import io.sluice.killswitch.engine.FilterPlan;
import io.sluice.killswitch.engine.Memory;
import io.sluice.killswitch.engine.Stand;
import io.sluice.killswitch.spi.Filter;
import io.sluice.killswitch.spi.FirewallBackend;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kill switch of this host.
 *
 * <p>Theory of operation. Three things are kept apart: the <em>mode</em>, which people decide; the last <em>policy</em>, which the coordinator gives; and whether
 * the filter is <em>closed</em>, which follows from both ({@link Stand}). Closing sets the kernel first and writes the memory afterwards, so a full disk keeps
 * nobody from being protected; loosening writes first. Whoever starts anew finds the filter in the kernel, or closes it at once if the memory says that it was
 * closed: by a policy that lets nothing pass, until the coordinator speaks.
 */
public final class HostKillSwitch implements KillSwitch, FirewallBackend.Notices, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HostKillSwitch.class);

    private static final FirewallPolicy UNTIL_TOLD =
            new FirewallPolicy.Blocked("The coordinator of the tunnel has not said anything yet.", OwnTraffic.NONE);

    private final FirewallBackend backend;
    private final MemoryFile file;
    private final InstantSource clock;
    private final BiConsumer<KillSwitchStatus, String> events;
    private final ClosedFilter filter;
    private final Standing standing;
    private Memory memory;
    private Settings settings;
    private Optional<FirewallPolicy> policy = Optional.empty();
    private Optional<String> trouble = Optional.empty();
    private long heals;
    private Optional<Heal> lastHeal = Optional.empty();
    /** Of the filter that was set last. */
    private FirewallPolicy inForce = UNTIL_TOLD;

    private HostKillSwitch(
            FirewallBackend backend,
            MemoryFile file,
            InstantSource clock,
            Settings settings,
            BiConsumer<KillSwitchStatus, String> events) {
        this.backend = backend;
        this.filter = new ClosedFilter(backend);
        this.file = file;
        this.clock = clock;
        this.events = events;
        this.memory = file.read();
        this.settings = settings.orAllowing(memory.allowance());
        this.standing = new Standing(clock, Reasons.open(KillSwitchMode.OFF));
    }

    /**
     * Takes over what is there, and closes what has to be closed.
     *
     * @param folder where the memory is kept
     * @param events is told what happened, under the lock: must not block
     */
    public static HostKillSwitch start(
            FirewallBackend backend, Path folder, Settings settings, BiConsumer<KillSwitchStatus, String> events) {
        HostKillSwitch host =
                new HostKillSwitch(backend, new MemoryFile(folder), InstantSource.system(), settings, events);
        host.begin();
        return host;
    }

    private synchronized void begin() {
        boolean found = false;
        try {
            found = backend.present();
        } catch (KillSwitchException e) {
            trouble(e, memory.mode() != KillSwitchMode.OFF);
        }
        if (found && !memory.closed()) {
            memory = memory.closed(true, memory.settings());
        }
        settings.mode().ifPresent(mode -> memory = memory.configured(mode));
        if (found) {
            standing.is(
                    State.BLOCKED,
                    "Rules that were set before this start stand until the tunnel's coordinator says more.");
            watchOrWarn();
            LOG.info("the kill switch takes over rules that are in the kernel");
        }
        // A file for an open machine with mode off does not stand in the way of a kernel that was closed.
        if (memory.mode() == KillSwitchMode.OFF && memory.closed() && !found) {
            disarmed(); // the process before ended in the middle of it
        }
        boolean wanted =
                memory.mode() == KillSwitchMode.LOCKDOWN || (memory.mode() == KillSwitchMode.AUTO && memory.closed());
        if (wanted && !found) {
            try {
                close(UNTIL_TOLD);
            } catch (KillSwitchException e) {
                trouble(e, true);
            }
        }
        remember();
    }

    /** A new configuration. */
    public synchronized void configure(Settings now) {
        boolean changed = !now.allowance().equals(settings.allowance());
        KillSwitchMode before = memory.mode();
        settings = now;
        now.mode().ifPresent(mode -> memory = memory.configured(mode));
        if (memory.mode() != before
                || (changed && memory.closed() && filter.set().isPresent())) {
            try {
                follow();
                tell(
                        memory.mode() == before
                                ? "The configuration changed what the kill switch allows."
                                : "The configuration set the mode " + Limitations.word(memory.mode()) + ".");
            } catch (KillSwitchException e) {
                trouble(e, true);
            }
        }
        remember();
    }

    @Override
    public synchronized void apply(FirewallPolicy wanted) throws KillSwitchException {
        State before = standing.state();
        policy = Optional.of(wanted);
        follow();
        remember();
        if (standing.state() != before) {
            tell(standing.reason());
        }
    }

    /** Makes the filter what mode and policy ask for. */
    private void follow() throws KillSwitchException {
        FirewallPolicy wanted = policy.orElse(UNTIL_TOLD);
        switch (policy.isEmpty() && memory.mode() == KillSwitchMode.AUTO && !memory.closed()
                ? Stand.AS_IT_IS
                : Stand.of(memory.mode(), wanted, memory.closed())) {
            case CLOSED -> close(wanted);
            case OPEN -> open("An operator stopped the tunnel.");
            case AS_IT_IS -> {
                if (!memory.closed()) {
                    standing.is(State.DISARMED, Reasons.open(memory.mode()));
                }
            }
        }
    }

    private void close(FirewallPolicy wanted) throws KillSwitchException {
        boolean first = !memory.closed();
        Filter closed = FilterPlan.of(wanted, settings.allowance(), memory.mode() == KillSwitchMode.LOCKDOWN);
        watchOrWarn();
        filter.make(closed);
        trouble = Optional.empty();
        memory = memory.closed(true, memory.settings());
        harden();
        if (first) {
            filter.forgetOthers(wanted.own().mark());
        }
        inForce = wanted;
        closed();
    }

    private void closed() {
        standing.is(inForce instanceof FirewallPolicy.Connected ? State.ARMED : State.BLOCKED, Reasons.closed(inForce));
    }

    /** What was there is on the disk before it is changed. */
    private void harden() {
        try {
            memory = memory.closed(true, backend.settings(memory.settings()));
            trouble = file.keep(memory.settings());
            backend.harden();
        } catch (KillSwitchException e) {
            trouble(e, true);
        }
    }

    /** Only by an operator's command. */
    private void open(String why) throws KillSwitchException {
        filter.remove();
        inForce = UNTIL_TOLD;
        trouble = Optional.empty();
        disarmed();
        standing.is(State.DISARMED, why);
    }

    /** The rules are gone: nothing is closed any more, and the kernel's settings are as they were. */
    private void disarmed() {
        Memory before = memory;
        memory = before.opened();
        try {
            backend.relax(before.settings());
        } catch (KillSwitchException e) {
            trouble(e, true);
        }
    }

    @Override
    public synchronized KillSwitchStatus mode(KillSwitchMode wanted) throws KillSwitchException {
        if (wanted == KillSwitchMode.OFF) {
            return disarm();
        }
        Memory before = memory;
        memory = memory.withMode(wanted);
        keepOrUndo(before);
        try {
            follow();
        } catch (KillSwitchException e) {
            memory = before;
            remember();
            throw e;
        }
        remember();
        tell("An operator set the mode " + Limitations.word(wanted) + ".");
        return status();
    }

    @Override
    public synchronized KillSwitchStatus disarm() throws KillSwitchException {
        Memory before = memory;
        memory = memory.withMode(KillSwitchMode.OFF);
        keepOrUndo(before);
        try {
            open("An operator disarmed the kill switch.");
        } catch (KillSwitchException e) {
            memory = before;
            remember();
            throw e;
        }
        remember();
        tell(standing.reason());
        return status();
    }

    private void keepOrUndo(Memory before) throws KillSwitchException {
        try {
            file.write(memory);
        } catch (IOException e) {
            memory = before;
            throw new KillSwitchException(
                    Code.STATE_NOT_KEPT,
                    "The mode could not be written into " + file.folder() + ", so nothing was changed: "
                            + e.getMessage(),
                    e);
        }
    }

    /** Writes what outlives the process. What cannot be written is said, and does not undo what is in force. */
    private void remember() {
        memory = memory.allowing(settings.allowance());
        try {
            file.write(memory);
            trouble = file.keep(memory.settings()).or(() -> trouble);
            if (!memory.equals(Memory.NONE)) {
                backend.keepForBoot(
                        file.folder(),
                        memory.closedAtBoot(settings.startsWithAppliance())
                                ? Optional.of(FilterPlan.of(UNTIL_TOLD, settings.allowance(), false))
                                : Optional.empty());
            }
        } catch (IOException | KillSwitchException e) {
            trouble = Optional.of("What outlives the process could not be written: " + e.getMessage());
            LOG.error("the kill switch's state could not be kept: {}", e.getMessage());
        }
    }

    @Override
    public boolean rulesChanged() {
        long noticed = System.nanoTime();
        synchronized (this) {
            if (!memory.closed() || !filter.isWatched()) {
                return true;
            }
            Filter wanted = filter.set()
                    .orElseGet(() ->
                            FilterPlan.of(UNTIL_TOLD, settings.allowance(), memory.mode() == KillSwitchMode.LOCKDOWN));
            try {
                filter.again(wanted);
            } catch (KillSwitchException e) {
                trouble(e, true);
                lost(e);
                return false;
            }
            trouble = Optional.empty();
            closed();
            heals++;
            Duration took = Duration.ofNanos(System.nanoTime() - noticed);
            lastHeal = Optional.of(new Heal(clock.instant(), took));
            LOG.warn(
                    "somebody changed or removed the kill switch's rules; they are back after {} µs",
                    took.toNanos() / 1000);
            tell("Somebody changed or removed the rules; they were put back.");
            return true;
        }
    }

    /** Nothing may be carried as if they were there: whoever listens is told at once, and once. */
    private void lost(KillSwitchException e) {
        filter.lost();
        if (standing.is(State.DISARMED, Reasons.lost(e))) {
            tell(standing.reason());
        }
    }

    @Override
    public synchronized void interfaceCame() {
        filter.set().filter(_ -> memory.closed() && filter.isWatched()).ifPresent(now -> {
            try {
                filter.again(now);
            } catch (KillSwitchException e) {
                trouble(e, true);
            }
        });
    }

    private void watchOrWarn() {
        try {
            filter.watch(this);
        } catch (KillSwitchException e) {
            trouble(e, true);
        }
    }

    private void trouble(KillSwitchException e, boolean alarming) {
        trouble = Optional.of(e.getMessage());
        if (alarming) {
            LOG.error("the kill switch: {}", e.getMessage());
        }
    }

    private void tell(String event) {
        events.accept(status(), event);
    }

    @Override
    public synchronized KillSwitchStatus status() {
        if (memory.closed()) {
            filter.count();
        }
        List<String> limitations = new ArrayList<>();
        trouble.ifPresent(limitations::add);
        limitations.addAll(backend.limitations());
        limitations.addAll(Limitations.of(memory, settings));
        return new KillSwitchStatus(
                memory.mode(),
                memory.configured(),
                standing.state(),
                standing.since(),
                standing.reason(),
                policy,
                filter.drops(),
                heals,
                lastHeal,
                limitations);
    }

    @Override
    public synchronized List<String> show() throws KillSwitchException {
        return backend.show();
    }

    @Override
    public synchronized LeakProof prove() throws KillSwitchException {
        if (!memory.closed()) {
            return Verdict.disarmed(clock.instant());
        }
        Optional<String> tunnel = policy.flatMap(
                now -> now instanceof FirewallPolicy.Connected up ? Optional.of(up.device()) : Optional.empty());
        return filter.prove(tunnel, clock.instant());
    }

    /** Ends the watching. The rules stay. */
    @Override
    public synchronized void close() {
        filter.stopWatching();
    }
}
