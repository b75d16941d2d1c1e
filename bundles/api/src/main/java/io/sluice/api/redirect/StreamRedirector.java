package io.sluice.api.redirect;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** Redirects TCP into the appliance for the tunnel. Called by the coordinator only; may block. */
@ProviderType
public interface StreamRedirector {

    /**
     * Makes the host's state equal to this. Idempotent. If it is refused nothing is redirected: the packets go into the TUN device then.
     *
     * @throws RedirectException with the host's words
     */
    void set(RedirectSet wanted) throws RedirectException;

    /** Ends it. Streams that were taken in live on. Does nothing if nothing is redirected. */
    void clear() throws RedirectException;

    /** What {@link #set} last made true, if anything. */
    Optional<RedirectSet> current();

    /** The host's rules that are ours now, as its own tool prints them. */
    List<String> show() throws RedirectException;
}
