package io.sluice.api.route;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** Sets our part of the host's routing. Called by the coordinator only; may block. */
@ProviderType
public interface RouteManager {

    /**
     * Makes the host's state equal to this. Idempotent. If any step is refused, what was there before is put back and nothing is left
     * half done.
     *
     * @throws RouteException with the kernel's words and the route or rule in question
     */
    void set(RouteSet routes) throws RouteException;

    /** Removes everything that is ours, from this process or one that crashed; needs no memory of either. Returns how many it removed. */
    int cleanUp() throws RouteException;

    /** What {@link #set} last made true, if anything. */
    Optional<RouteSet> current();

    /** The kernel's entries that are ours now, as {@code ip rule} and {@code ip route} would print them. */
    List<String> show() throws RouteException;
}
