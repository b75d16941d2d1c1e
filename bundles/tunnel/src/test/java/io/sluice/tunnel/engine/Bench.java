package io.sluice.tunnel.engine;

import io.sluice.api.tunnel.TunnelError;
import io.sluice.api.tunnel.TunnelListener;
import io.sluice.api.tunnel.TunnelProfile;
import io.sluice.api.tunnel.TunnelState;
import io.sluice.api.tunnel.TunnelStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A machine on a fake host, with a clock that stands still until it is moved. */
final class Bench implements TunnelListener {

    static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");

    final FakeHost host = new FakeHost();
    final List<String> events = new ArrayList<>();
    final List<Duration> delays = new ArrayList<>();
    final List<Command> delayed = new ArrayList<>();
    final List<Command> reported = new ArrayList<>();
    final TunnelContext context;
    final TunnelMachine machine;
    Instant now = NOON;

    Bench() {
        this(Memory.EMPTY);
    }

    Bench(Memory memory) {
        context = new TunnelContext(
                memory,
                host.store(),
                () -> now,
                System::nanoTime,
                () -> 1.0,
                (delay, command) -> {
                    delays.add(delay);
                    delayed.add(command);
                },
                reported::add);
        machine = new TunnelMachine(context, this);
    }

    /** With every service and a profile for these destinations; the calls so far are forgotten. */
    static Bench ready(String... include) {
        Bench bench = new Bench();
        bench.machine.handle(new Command.ServiceBack(Room.EGRESS, bench.host.rooms()));
        bench.machine.handle(new Command.SaveProfile(FakeHost.profile(include), false));
        bench.host.calls.clear();
        return bench;
    }

    /** Likewise, with the kill switch and the host's resolver. */
    static Bench guarded(TunnelProfile profile) {
        Bench bench = new Bench();
        bench.machine.handle(new Command.ServiceBack(Room.EGRESS, bench.host.guarded()));
        bench.machine.handle(new Command.SaveProfile(profile, false));
        bench.host.calls.clear();
        return bench;
    }

    static Bench guardedAndConnected(TunnelProfile profile) {
        Bench bench = guarded(profile);
        bench.run(new Command.Start());
        bench.now = bench.now.plusSeconds(2);
        bench.forget();
        return bench;
    }

    static Bench connected(String... include) {
        Bench bench = ready(include);
        bench.run(new Command.Start());
        bench.now = bench.now.plusSeconds(2);
        bench.forget();
        return bench;
    }

    void forget() {
        host.calls.clear();
        events.clear();
    }

    /** Gives the command and lets the machine settle. */
    Bench run(Command command) {
        machine.handle(command);
        return settle();
    }

    Bench settle() {
        for (int i = 0; !machine.settled(); i++) {
            if (i > 100) {
                throw new AssertionError("does not settle: " + machine.state());
            }
            machine.handle(new Command.Proceed());
        }
        return this;
    }

    TunnelState kind() {
        return machine.state().kind();
    }

    Rooms rooms() {
        return context.rooms();
    }

    @Override
    public void stateChanged(TunnelStatus status) {
        events.add(status.state() + ": " + status.reason());
    }

    @Override
    public void restored(String what) {
        events.add("restored " + what);
    }

    @Override
    public void error(TunnelError error) {
        events.add("error " + error.cause());
    }
}
