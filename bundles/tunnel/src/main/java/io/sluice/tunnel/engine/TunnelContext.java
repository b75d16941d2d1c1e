package io.sluice.tunnel.engine;

import io.sluice.api.killswitch.OwnTraffic;
import io.sluice.api.net.IpPrefix;
import io.sluice.api.netmon.NetworkState;
import io.sluice.api.tunnel.TunnelProfile;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the states and steps find around them. Coordinator's thread only. */
public final class TunnelContext {

    private static final Logger LOG = LoggerFactory.getLogger(TunnelContext.class);

    private final Store store;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final Timer timer;
    private final Consumer<Command> events;
    private final DoubleSupplier dice;
    private final Firewall firewall = new Firewall();
    private final List<String> restored = new ArrayList<>();
    private NetworkState network = NetworkState.UNKNOWN;
    private Optional<Instant> lastAttempt = Optional.empty();
    private Rooms rooms = Rooms.NONE;
    private Memory memory;
    private long sessions;
    /** Of the device that was opened last, if it is one that we hold. */
    private OptionalInt index = OptionalInt.empty();

    /**
     * @param memory what was found at start-up
     * @param nanos a clock that nobody sets, in nanoseconds, of the same origin as {@link NetworkState#read}
     * @param dice gives numbers from 0 to 1, for the jitter of delays
     * @param events takes commands from other threads (a device that fails on its event loop); must not block
     */
    public TunnelContext(
            Memory memory,
            Store store,
            InstantSource clock,
            LongSupplier nanos,
            DoubleSupplier dice,
            Timer timer,
            Consumer<Command> events) {
        this.memory = Objects.requireNonNull(memory, "memory");
        this.store = Objects.requireNonNull(store, "store");
        this.clock = Objects.requireNonNull(clock, "clock");
        this.nanos = Objects.requireNonNull(nanos, "nanos");
        this.dice = Objects.requireNonNull(dice, "dice");
        this.timer = Objects.requireNonNull(timer, "timer");
        this.events = Objects.requireNonNull(events, "events");
    }

    Instant now() {
        return clock.instant();
    }

    long nanos() {
        return nanos.getAsLong();
    }

    Rooms rooms() {
        return rooms;
    }

    void rooms(Rooms now) {
        rooms = now;
    }

    public Memory memory() {
        return memory;
    }

    Optional<TunnelProfile> profile() {
        return memory.profile();
    }

    /** Keeps it, or, if that fails, what was there before. */
    void remember(Memory changed) throws IOException {
        store.write(changed);
        memory = changed;
    }

    /** Keeps it as well as can be: a full disk does not stop a tunnel from being stopped. */
    public void rememberOrWarn(Memory changed) {
        memory = changed;
        try {
            store.write(changed);
        } catch (IOException e) {
            LOG.warn("the tunnel's state could not be written, a restart will not know it: {}", e.toString());
        }
    }

    void later(Duration delay, Command command) {
        timer.later(delay, command);
    }

    void report(Command command) {
        events.accept(command);
    }

    Session newSession(TunnelProfile profile) {
        return new Session(++sessions, profile);
    }

    double jitter() {
        return dice.getAsDouble();
    }

    Firewall firewall() {
        return firewall;
    }

    /** What our own sockets may reach now. */
    OwnTraffic own() {
        return Firewall.own(rooms);
    }

    /** Addresses that the tunnel's device may have, connected or not: those of a session, of the profile, and of an interface that was left. */
    List<IpPrefix> addresses(Optional<Session> session) {
        return Stream.of(session.map(s -> s.profile().tun()), profile().map(TunnelProfile::tun), memory.held())
                .flatMap(Optional::stream)
                .flatMap(tun -> tun.addresses().stream())
                .distinct()
                .sorted(Comparator.comparing(IpPrefix::toString))
                .toList();
    }

    /** Rules of a kill switch are in force, and it is not there. */
    boolean killSwitchMissing() {
        return memory.killSwitch() && rooms.killSwitch().isEmpty();
    }

    /** The rooms that a start with this profile needs and that are not there. */
    Set<Room> absent(TunnelProfile wanted) {
        Set<Room> absent = rooms.absentFor(wanted);
        if (killSwitchMissing()) {
            absent.add(Room.KILLSWITCH);
        }
        return absent;
    }

    /** The host's network as it was last heard of. */
    NetworkState network() {
        return network;
    }

    void network(NetworkState now) {
        network = now;
    }

    OptionalInt index() {
        return index;
    }

    void index(OptionalInt opened) {
        index = opened;
    }

    /** An attempt to connect begins. */
    void attempted() {
        lastAttempt = Optional.of(now());
    }

    /** How long until the next attempt that nobody asked for may begin. A wall clock that was set back does not make it longer. */
    Duration untilNextAttempt() {
        Duration passed = lastAttempt.map(last -> Duration.between(last, now())).orElse(BackOff.BETWEEN_ATTEMPTS);
        return passed.isNegative() || passed.compareTo(BackOff.BETWEEN_ATTEMPTS) >= 0
                ? Duration.ZERO
                : BackOff.BETWEEN_ATTEMPTS.minus(passed);
    }

    /** Something of ours on the host was put back; listeners are told when the command has been handled. */
    void restored(String what) {
        restored.add(what);
    }

    List<String> takeRestored() {
        List<String> taken = List.copyOf(restored);
        restored.clear();
        return taken;
    }

    /** Whether a start could be tried now. */
    boolean ready() {
        return profile().isPresent() && absent(profile().get()).isEmpty();
    }

    /** "waiting for tun, route". */
    String waitingFor() {
        return profile().map(p -> "waiting for " + labels(absent(p))).orElse("waiting for a profile");
    }

    static String labels(Set<Room> rooms) {
        return rooms.stream().map(Room::label).collect(Collectors.joining(", "));
    }
}
