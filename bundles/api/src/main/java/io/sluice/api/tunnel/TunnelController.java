package io.sluice.api.tunnel;

import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** Commands to the coordinator. Any thread but an event loop. */
@ProviderType
public interface TunnelController {

    /**
     * Keeps the profile (over restarts). A running tunnel takes it over at once: another kind of stack, other routes, name servers and redirection
     * while the device stays open; for another device or congestion control it is connected anew, and the kill switch stays closed meanwhile.
     */
    void save(TunnelProfile profile) throws TunnelException;

    Optional<TunnelProfile> profile();

    /** Starts with the saved profile; returns when connected. Already connected: does nothing. */
    TunnelStatus start() throws TunnelException;

    /** Stops and undoes everything; always completes. Already stopped: does nothing. */
    TunnelStatus stop();

    TunnelStatus status();
}
