package io.sluice.api.netmon;

import io.sluice.api.net.IpPrefix;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The host's network at one instant.
 *
 * @param at when it was about to be read: what was there by then is in it
 * @param source how it is known
 * @param interfaces every interface, sorted by name
 * @param default4 the way out for IPv4
 * @param default6 the way out for IPv6
 * @param asleep the machine is going to sleep, or has not said yet that it woke
 * @param read the same as {@code at}, in nanoseconds of {@link System#nanoTime}: by this one, which nobody sets, it is told from what happened before or after
 */
public record NetworkState(
        Instant at,
        Source source,
        List<HostInterface> interfaces,
        Optional<DefaultRoute> default4,
        Optional<DefaultRoute> default6,
        boolean asleep,
        long read) {

    /** How a state is known. */
    public enum Source {
        /** Nothing has been read yet. */
        NONE,
        /** The system announces changes. */
        ANNOUNCED,
        /** Looked at now and then, by portable means: changes are noticed late, gateways not at all. */
        POLLED
    }

    /** Before anything has been read: no interface and no way out. */
    public static final NetworkState UNKNOWN =
            new NetworkState(Instant.EPOCH, Source.NONE, List.of(), Optional.empty(), Optional.empty(), false);

    /** One that is read now. */
    public NetworkState(
            Instant at,
            Source source,
            List<HostInterface> interfaces,
            Optional<DefaultRoute> default4,
            Optional<DefaultRoute> default6,
            boolean asleep) {
        this(at, source, interfaces, default4, default6, asleep, System.nanoTime());
    }

    public NetworkState {
        Objects.requireNonNull(at, "at");
        Objects.requireNonNull(source, "source");
        interfaces = List.copyOf(interfaces);
        Objects.requireNonNull(default4, "default4");
        Objects.requireNonNull(default6, "default6");
    }

    /** Whether there is a way out and the machine is awake. */
    public boolean online() {
        return !asleep && (default4.isPresent() || default6.isPresent());
    }

    public Optional<DefaultRoute> defaultRoute(boolean ipv6) {
        return ipv6 ? default6 : default4;
    }

    public Optional<HostInterface> byName(String name) {
        return interfaces.stream().filter(i -> i.name().equals(name)).findFirst();
    }

    /** The addresses of all interfaces but our own tunnels'. */
    public Set<InetAddress> addresses() {
        return interfaces.stream()
                .filter(i -> !i.ours())
                .flatMap(i -> i.addresses().stream())
                .map(IpPrefix::address)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether everything but the time of reading and the means is the same. */
    public boolean same(NetworkState other) {
        return asleep == other.asleep
                && default4.equals(other.default4)
                && default6.equals(other.default6)
                && interfaces.equals(other.interfaces);
    }

    /** For people: {@code IPv4 by eth0 via 192.0.2.1, no IPv6}. */
    public String summary() {
        return default4.map(r -> "IPv4 by " + r).orElse("no IPv4")
                + default6.map(r -> ", IPv6 by " + r).orElse(", no IPv6")
                + (asleep ? ", asleep" : "");
    }
}
