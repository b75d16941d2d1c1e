package io.sluice.route.spi;

import io.sluice.api.route.RouteException;
import java.util.List;

/** Makes the system calls. Called by one thread at a time; may block. */
public interface RouteBackend {

    /** Whether the kernel has this family at all; entries of one that it lacks have nothing to route. */
    boolean supports(boolean ipv6);

    /** Every entry of ours, whoever left it, found by the owner tag alone. */
    List<HostEntry> ours() throws RouteException;

    /** Adds a rule, or adds or replaces the route in its place. */
    void put(HostEntry entry) throws RouteException;

    /** Removes an entry that {@link #ours} told; one that is gone already is fine. */
    void remove(HostEntry entry) throws RouteException;
}
