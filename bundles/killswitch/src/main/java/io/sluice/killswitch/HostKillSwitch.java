package io.sluice.killswitch;

import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.killswitch.KillSwitch;
import io.sluice.api.killswitch.KillSwitchException;
import io.sluice.api.killswitch.KillSwitchMode;
import io.sluice.api.killswitch.KillSwitchStatus;
import io.sluice.api.killswitch.KillSwitchStatus.State;
import io.sluice.api.killswitch.LeakProof;
import io.sluice.api.killswitch.OwnTraffic;
import io.sluice.killswitch.engine.FilterPlan;
import io.sluice.killswitch.engine.Memory;
import io.sluice.killswitch.engine.Stand;
import io.sluice.killswitch.spi.Filter;
import io.sluice.killswitch.spi.FirewallBackend;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
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
 * nobody from being protected; loosening writes first. What is closed is acknowledged (by the return of a call, or an event) when it is written. Whoever starts anew finds the filter in the kernel, or closes it at once if the memory says that it was
 * closed: by a policy that lets nothing pass and knows the tunnel's addresses of before, until the coordinator speaks. What the kernel refuses while nobody
 * waits for the answer is tried {@link Again}.
 */
public final class HostKillSwitch implements KillSwitch, FirewallBackend.Notices, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HostKillSwitch.class);

    private final FirewallBackend backend;
    private final Keeping keeping;
    private final Prover prover;
    private final BiConsumer<KillSwitchStatus, String> events;
    private final ClosedFilter filter;
    private final Standing standing;
    private final Again again;
    private Memory memory;
    private Settings settings;
    private Optional<FirewallPolicy> policy = Optional.empty();
    /** Of the filter that was set last. */
    private FirewallPolicy inForce;
    /** For good: the rules are a successor's to keep. */
    private boolean closed;

    private HostKillSwitch(
            FirewallBackend backend,
            MemoryFile file,
            InstantSource clock,
            Settings settings,
            BiConsumer<KillSwitchStatus, String> events) {
        this.backend = backend;
        this.filter = new ClosedFilter(backend);
        this.keeping = new Keeping(file, backend);
        this.prover = new Prover(backend, filter, clock);
        this.events = events;
        this.memory = file.read();
        this.settings = settings.orAllowing(memory);
        this.standing = new Standing(clock, Reasons.open(KillSwitchMode.OFF));
        this.inForce = untilTold();
        this.again = new Again(Again.Timer.system(), this::tryAgain);
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
        watch(); // before the look, so that what changes after it is noticed
        boolean found = false;
        try {
            found = backend.present();
        } catch (KillSwitchException e) {
            standing.trouble(e, memory.mode() != KillSwitchMode.OFF);
        }
        if (found && !memory.closed()) {
            memory = memory.closed(true, memory.settings());
        }
        Memory before = memory;
        memory = settings.upon(memory);
        if (found) {
            standing.is(State.BLOCKED, memory.isProvisional() ? Reasons.want(settings) : Reasons.found());
            LOG.info("the kill switch takes over rules that are in the kernel");
        }
        // A file for an open machine with mode off does not stand in the way of a kernel that was closed.
        if (memory.mode() == KillSwitchMode.OFF && memory.closed() && !found) {
            memory = keeping.relax(memory, standing); // the process before ended in the middle of it
        }
        openAfterWant(before);
        if (memory.closes() && !found) {
            try {
                close(untilTold());
            } catch (KillSwitchException e) {
                refused(e);
            }
        } else if (!memory.closed()) {
            filter.stopWatching();
        }
        remember();
    }

    /** The tunnel's device may be there still, and answer for its addresses. */
    private FirewallPolicy untilTold() {
        return new FirewallPolicy.Blocked(
                "The coordinator of the tunnel has not said anything yet.", OwnTraffic.NONE, memory.tunnel());
    }

    /** A new configuration. What is refused is said by an event. */
    public synchronized void configure(Settings now) {
        if (closed) {
            return;
        }
        Memory before = memory;
        Settings was = settings;
        settings = now.source() == Settings.Source.WANT ? now.orAllowing(memory) : now;
        memory = settings.upon(memory);
        boolean allows = !settings.allowance().equals(was.allowance());
        boolean opened = openAfterWant(before);
        if (!opened
                && memory.sameMode(before)
                && !settings.wantsFor(was)
                && !(allows && memory.closed() && filter.set().isPresent())) {
            remember();
            return;
        }
        try {
            if (!opened) {
                follow();
            }
            remember(); // what is told is to outlive a power cut
            tell(opened || memory.isProvisional() ? standing.reason() : Reasons.configured(before, memory));
        } catch (KillSwitchException e) {
            refused(e);
            remember();
        }
    }

    /** What was closed only for want of a configuration opens with the first one. Returns whether it did. */
    private boolean openAfterWant(Memory before) {
        boolean opens = settings.open(before, memory, policy);
        try {
            if (opens) {
                open(Reasons.settled());
            }
        } catch (KillSwitchException e) {
            standing.trouble(e, true); // an operator can disarm it
        }
        return opens;
    }

    /** Rules that nobody waits for are not in force. */
    private void refused(KillSwitchException e) {
        standing.trouble(e, true);
        boolean open = standing.state() == State.DISARMED;
        if (open) {
            standing.is(State.DISARMED, Reasons.refused(e));
        }
        tell(open ? standing.reason() : Reasons.kept(e));
        again.later();
    }

    /** What was refused, if that is still to be. Nothing is said of one refusal after the other. */
    private synchronized void tryAgain(long attempt) {
        if (!again.due(attempt)) {
            return;
        }
        try {
            follow();
            remember();
            tell("What the kernel had refused is in force now. " + standing.reason());
            return;
        } catch (KillSwitchException | RuntimeException e) {
            standing.trouble(String.valueOf(e.getMessage()));
            again.later();
        }
        remember();
    }

    @Override
    public synchronized void apply(FirewallPolicy wanted) throws KillSwitchException {
        Reasons.refuse(closed);
        State before = standing.state();
        policy = Optional.of(wanted);
        try {
            follow();
        } catch (KillSwitchException e) {
            again.later(); // whoever gave it may have nothing else to give for long
            throw e;
        }
        remember();
        if (standing.state() != before) {
            tell(standing.reason());
        }
    }

    /** Makes the filter what mode and policy ask for. */
    private void follow() throws KillSwitchException {
        FirewallPolicy wanted = policy.orElseGet(this::untilTold);
        switch (policy.isEmpty() && memory.mode() == KillSwitchMode.AUTO && !memory.closed()
                ? Stand.AS_IT_IS
                : Stand.of(memory.mode(), wanted, memory.closed())) {
            case CLOSED -> close(wanted);
            case OPEN -> open("An operator stopped the tunnel.");
            case AS_IT_IS -> {
                again.done();
                if (!memory.closed()) {
                    standing.is(State.DISARMED, Reasons.open(memory.mode()));
                }
            }
        }
    }

    private void close(FirewallPolicy wanted) throws KillSwitchException {
        boolean first = !memory.closed();
        Optional<String> unwatched = watch();
        filter.make(plan(wanted));
        again.done();
        standing.well();
        unwatched.ifPresent(standing::trouble);
        memory = keeping.harden(memory.closed(true, memory.settings()), standing);
        if (first) {
            filter.forgetOthers(wanted.own().mark());
        }
        inForce = wanted;
        stands();
        sayLimits();
    }

    private Filter plan(FirewallPolicy wanted) {
        return FilterPlan.of(wanted, settings.allowance(), memory.mode() == KillSwitchMode.LOCKDOWN);
    }

    private void stands() {
        standing.is(
                inForce instanceof FirewallPolicy.Connected ? State.ARMED : State.BLOCKED,
                memory.isProvisional() ? Reasons.want(settings) : Reasons.closed(inForce));
    }

    /** Only by an operator's command. */
    private void open(String why) throws KillSwitchException {
        filter.remove();
        again.done();
        inForce = untilTold();
        standing.well();
        memory = keeping.relax(memory, standing);
        sayLimits();
        standing.is(State.DISARMED, why);
    }

    @Override
    public synchronized KillSwitchStatus mode(KillSwitchMode wanted) throws KillSwitchException {
        Reasons.refuse(closed);
        boolean off = wanted == KillSwitchMode.OFF;
        Memory before = memory;
        memory = knowing(memory.withMode(wanted));
        try {
            keeping.write(memory, settings, untilTold());
            if (off) {
                open("An operator disarmed the kill switch.");
            } else {
                follow();
            }
        } catch (KillSwitchException e) {
            memory = before;
            remember();
            throw e;
        }
        remember();
        tell(off ? standing.reason() : "An operator set the mode " + Limitations.word(wanted) + ".");
        return status();
    }

    @Override
    public synchronized KillSwitchStatus disarm() throws KillSwitchException {
        return mode(KillSwitchMode.OFF);
    }

    private Memory knowing(Memory now) {
        return now.knowing(
                settings.allowance(), policy.map(FirewallPolicy::addresses).orElse(now.tunnel()));
    }

    /** What cannot be written is said, and does not undo what is in force. */
    private void remember() {
        memory = knowing(memory);
        keeping.remember(memory, settings, untilTold()).ifPresent(standing::trouble);
    }

    @Override
    public boolean rulesChanged() {
        long noticed = System.nanoTime();
        synchronized (this) {
            if (!memory.closed() || !filter.isWatched()) {
                return true;
            }
            Filter wanted = filter.set().orElseGet(() -> plan(untilTold()));
            try {
                filter.again(wanted);
            } catch (KillSwitchException e) {
                standing.trouble(e, true);
                lost(e);
                return false;
            }
            standing.healed(Duration.ofNanos(System.nanoTime() - noticed));
            if (wanted.equals(plan(inForce))) {
                standing.well(); // else a newer configuration is still refused
            }
            stands();
            sayLimits();
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
                sayLimits();
            } catch (KillSwitchException e) {
                refused(e);
            }
        });
    }

    /** Returns why changes by others are not noticed, if so. */
    private Optional<String> watch() {
        try {
            filter.watch(this);
            return Optional.empty();
        } catch (KillSwitchException e) {
            standing.trouble(e, memory.mode() != KillSwitchMode.OFF);
            return Optional.of(e.getMessage());
        }
    }

    /** What cannot be had of the filter is no failure, but whoever listens is told when it begins. */
    private void sayLimits() {
        standing.limited(backend.limitations()).forEach(this::tell);
    }

    private void tell(String event) {
        events.accept(status(), event);
    }

    @Override
    public synchronized KillSwitchStatus status() {
        if (memory.closed() && !closed) {
            filter.count();
        }
        return standing.status(memory, settings, policy, filter.drops());
    }

    @Override
    public synchronized List<String> show() throws KillSwitchException {
        return backend.show();
    }

    @Override
    public LeakProof prove() throws KillSwitchException {
        return prover.prove(this, () -> standing.ifClosed(closed, memory), () -> policy);
    }

    /** Ends the watching, for good. The rules stay. */
    @Override
    public synchronized void close() {
        closed = true;
        again.close();
        filter.stopWatching();
    }
}
