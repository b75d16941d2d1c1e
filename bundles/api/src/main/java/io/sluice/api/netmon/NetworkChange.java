package io.sluice.api.netmon;

import io.sluice.api.net.IpPrefix;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The network was {@code before} and is {@code after}. What that means is computed here, once, for everybody.
 *
 * @param jump by how much more the clock went on than the machine ran: it was asleep or halted; zero if it did not
 */
public record NetworkChange(NetworkState before, NetworkState after, Duration jump) {

    public NetworkChange {
        Objects.requireNonNull(before, "before");
        Objects.requireNonNull(after, "after");
        Objects.requireNonNull(jump, "jump");
    }

    /** The machine was asleep or halted meanwhile. */
    public boolean timeJumped() {
        return !jump.isZero();
    }

    public boolean wentOffline() {
        return before.online() && !after.online();
    }

    public boolean cameOnline() {
        return !before.online() && after.online();
    }

    /** The default interface of a family is another one, or has gone, or come. */
    public boolean defaultInterfaceChanged() {
        return interfaceChanged(false) || interfaceChanged(true);
    }

    private boolean interfaceChanged(boolean ipv6) {
        return !before.defaultRoute(ipv6)
                .map(DefaultRoute::index)
                .equals(after.defaultRoute(ipv6).map(DefaultRoute::index));
    }

    /** The router of a family is another one, by whichever interface. */
    public boolean gatewayChanged() {
        return gatewayChanged(false) || gatewayChanged(true);
    }

    private boolean gatewayChanged(boolean ipv6) {
        Optional<DefaultRoute> now = after.defaultRoute(ipv6);
        return now.isPresent()
                && !before.defaultRoute(ipv6)
                        .flatMap(DefaultRoute::gateway)
                        .equals(now.get().gateway());
    }

    /** The addresses of the host, outside of our own tunnel, are others. */
    public boolean addressesChanged() {
        return !before.addresses().equals(after.addresses());
    }

    /** Addresses that the host had and has no more: what is bound to them is dead. */
    public Set<InetAddress> vanishedAddresses() {
        Set<InetAddress> vanished = new HashSet<>(before.addresses());
        vanished.removeAll(after.addresses());
        return Set.copyOf(vanished);
    }

    /** Names of interfaces that were there and up, and are gone, down, or another one of the same name. */
    public Set<String> vanishedInterfaces() {
        return before.interfaces().stream()
                .filter(HostInterface::up)
                .filter(was -> after.byName(was.name())
                        .filter(is -> is.up() && is.index() == was.index())
                        .isEmpty())
                .map(HostInterface::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Sockets that were opened before may lead nowhere: open new ones. */
    public boolean rebindRequired() {
        return after.online()
                && (defaultInterfaceChanged()
                        || gatewayChanged()
                        || timeJumped()
                        || !vanishedAddresses().isEmpty());
    }

    /** Every fact, one sentence without its full stop each; never empty for a change that was announced. */
    public List<String> reasons() {
        List<String> reasons = new ArrayList<>();
        if (timeJumped()) {
            reasons.add("the machine was asleep or halted for " + jump.toSeconds() + " s");
        }
        if (before.asleep() != after.asleep()) {
            reasons.add(after.asleep() ? "the machine goes to sleep" : "the machine woke");
        }
        routeReason(false, reasons);
        routeReason(true, reasons);
        addressReasons(reasons);
        interfaceReasons(reasons);
        if (before.online() != after.online()) {
            reasons.add(after.online() ? "there is a way out" : "there is no way out");
        }
        return List.copyOf(reasons);
    }

    private void routeReason(boolean ipv6, List<String> reasons) {
        String family = ipv6 ? "IPv6" : "IPv4";
        Optional<DefaultRoute> was = before.defaultRoute(ipv6);
        Optional<DefaultRoute> is = after.defaultRoute(ipv6);
        if (was.equals(is)) {
            return;
        }
        if (was.isEmpty()) {
            reasons.add(family + " goes by " + is.get());
        } else if (is.isEmpty()) {
            reasons.add(family + " has no default route any more (was by " + was.get() + ")");
        } else if (interfaceChanged(ipv6) || gatewayChanged(ipv6)) {
            reasons.add(family + " went by " + was.get() + " and goes by " + is.get());
        } else {
            reasons.add(family + " goes by " + is.get() + " with metric "
                    + is.get().metric() + " instead of " + was.get().metric());
        }
    }

    private void addressReasons(List<String> reasons) {
        for (HostInterface is : after.interfaces()) {
            Set<IpPrefix> had = before.byName(is.name())
                    .map(HostInterface::addresses)
                    .<Set<IpPrefix>>map(HashSet::new)
                    .orElseGet(HashSet::new);
            is.addresses().stream().filter(a -> !had.contains(a)).forEach(a -> reasons.add(is.name() + " has " + a));
        }
        for (HostInterface was : before.interfaces()) {
            Optional<HostInterface> is = after.byName(was.name());
            was.addresses().stream()
                    .filter(a -> is.isPresent() && !is.get().addresses().contains(a))
                    .forEach(a -> reasons.add(was.name() + " has lost " + a));
        }
    }

    private void interfaceReasons(List<String> reasons) {
        for (HostInterface is : after.interfaces()) {
            Optional<HostInterface> was = before.byName(is.name());
            if (was.isEmpty()) {
                reasons.add(is.name() + " came, " + upOrDown(is));
            } else if (was.get().index() != is.index()) {
                reasons.add(is.name() + " is another interface of the same name, " + upOrDown(is));
            } else if (was.get().up() != is.up()) {
                reasons.add(is.name() + " went " + upOrDown(is));
            } else if (was.get().mtu() != is.mtu()) {
                reasons.add(is.name() + " has MTU " + is.mtu() + " instead of "
                        + was.get().mtu());
            }
        }
        before.interfaces().stream()
                .filter(was -> after.byName(was.name()).isEmpty())
                .forEach(was -> reasons.add(was.name() + " has gone"));
    }

    private static String upOrDown(HostInterface i) {
        return i.up() ? "up" : "down";
    }

    /** The reasons in one line. */
    public String summary() {
        return String.join("; ", reasons());
    }
}
