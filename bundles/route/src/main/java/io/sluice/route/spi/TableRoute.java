package io.sluice.route.spi;

import io.sluice.api.net.IpPrefix;
import java.util.Optional;

/**
 * A route of a table of ours.
 *
 * @param destination the prefix, host bits zero
 * @param table whose
 * @param device by which interface; empty is a {@code throw} route: the look-up goes on with the next rule
 */
public record TableRoute(IpPrefix destination, long table, Optional<String> device) implements HostEntry {

    @Override
    public boolean ipv6() {
        return destination.isIpv6();
    }

    /** Whether one replaces the other in the kernel. */
    public boolean samePlace(TableRoute other) {
        return table == other.table && destination.equals(other.destination);
    }

    @Override
    public String toString() {
        String to = destination.length() == 0 ? "default" : destination.toString();
        return "ip " + (ipv6() ? "-6" : "-4") + " route: "
                + (device.isPresent() ? to + " dev " + device.get() : "throw " + to) + " table " + table;
    }
}
