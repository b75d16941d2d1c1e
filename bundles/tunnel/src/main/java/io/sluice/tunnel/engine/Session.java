package io.sluice.tunnel.engine;

import io.sluice.api.egress.EgressBinder;
import io.sluice.api.netstack.IpStack;
import io.sluice.api.netstack.StackAttachment;
import io.sluice.api.route.RouteSet;
import io.sluice.api.tun.TunDevice;
import io.sluice.api.tun.TunDriver;
import io.sluice.api.tunnel.TunnelProfile;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;

/** What one start has put on the host so far: filled by the steps, emptied by their undoing. Coordinator's thread only. */
final class Session {

    /** The tag that the tunnel's flows carry, for rules. */
    static final String INBOUND_TAG = "tun";

    private final long number;
    private TunnelProfile profile;
    private Optional<String> stackRefusal = Optional.empty();
    private final Deque<Step> done = new ArrayDeque<>();
    private Optional<TunDriver> driver = Optional.empty();
    private Optional<TunDevice> device = Optional.empty();
    private Optional<IpStack> stack = Optional.empty();
    private Optional<StackAttachment> attachment = Optional.empty();
    private Optional<String> notRedirected = Optional.empty();
    private OptionalLong openedAt = OptionalLong.empty();
    private boolean resolverLeft;
    private Optional<Instant> mendedAt = Optional.empty();

    Session(long number, TunnelProfile profile) {
        this.number = number;
        this.profile = profile;
    }

    long number() {
        return number;
    }

    TunnelProfile profile() {
        return profile;
    }

    /** Another one is in force, which differs in what can be exchanged while the device is up. */
    void profile(TunnelProfile now) {
        profile = now;
    }

    /** Why the stack that the saved profile wants could not take over. */
    Optional<String> stackRefusal() {
        return stackRefusal;
    }

    void stackRefusal(Optional<String> why) {
        stackRefusal = why;
    }

    /** The steps that were taken, last first. */
    Deque<Step> done() {
        return done;
    }

    void opened(TunDriver by, TunDevice opened, long at) {
        driver = Optional.of(by);
        device = Optional.of(opened);
        openedAt = OptionalLong.of(at);
    }

    /** Since when the device is open, in nanoseconds of {@link TunnelContext#nanos}: the host's clock may be set meanwhile. */
    OptionalLong openedAt() {
        return openedAt;
    }

    /** When its device was put back last, unless that was looked at since. */
    Optional<Instant> mendedAt() {
        return mendedAt;
    }

    void mendedAt(Optional<Instant> at) {
        mendedAt = at;
    }

    void closed() {
        openedAt = OptionalLong.empty();
        driver = Optional.empty();
        device = Optional.empty();
    }

    void attached(IpStack to, StackAttachment made) {
        stack = Optional.of(to);
        attachment = Optional.of(made);
    }

    void detached() {
        stack = Optional.empty();
        attachment = Optional.empty();
    }

    /** Why TCP is not redirected though the profile wants it. */
    Optional<String> notRedirected() {
        return notRedirected;
    }

    void notRedirected(Optional<String> why) {
        notRedirected = why;
    }

    /** The profile names servers for the host, and nothing sets them. */
    boolean resolverLeft() {
        return resolverLeft;
    }

    void resolverLeft(boolean left) {
        resolverLeft = left;
    }

    Optional<TunDriver> driver() {
        return driver;
    }

    Optional<TunDevice> device() {
        return device;
    }

    Optional<String> deviceName() {
        return device.map(TunDevice::name);
    }

    Optional<IpStack> stack() {
        return stack;
    }

    Optional<StackAttachment> attachment() {
        return attachment;
    }

    /** Whether the driver that opened the device is still the one in force. */
    boolean driverLives(Rooms rooms) {
        return driver.isEmpty() || (rooms.driver().isPresent() && rooms.driver().get() == driver.get());
    }

    /** Whether the stack that holds the device is still the one in force. */
    boolean stackLives(Rooms rooms) {
        Optional<IpStack> now = rooms.stack(profile.stack());
        return stack.isEmpty() || (now.isPresent() && now.get() == stack.get());
    }

    /** The desired routing, or empty if the profile wants none. */
    Optional<RouteSet> routes(EgressBinder egress) {
        if (profile.include().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new RouteSet(
                deviceName().orElseThrow(),
                profile.table(),
                profile.rulePriority(),
                egress.status().mark(),
                profile.include(),
                profile.exclude()));
    }
}
