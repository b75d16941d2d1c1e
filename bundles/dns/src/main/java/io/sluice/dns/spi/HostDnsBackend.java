package io.sluice.dns.spi;

import io.sluice.api.dns.HostDnsException;
import io.sluice.api.dns.HostDnsSettings;

/** Talks to whoever keeps the resolver on this host. Called by one thread at a time but for {@link #awaitChange}; may block. */
public interface HostDnsBackend {

    /** Who keeps the resolver: see {@code HostDnsStatus.manager}. */
    String manager();

    /** Makes the host ask these servers; what it asked before is kept in a place that outlives this process. All or nothing. Idempotent. */
    void apply(HostDnsSettings settings) throws HostDnsException;

    /** Whether the host still has what {@link #apply} set. */
    boolean holds(HostDnsSettings settings) throws HostDnsException;

    /** Gives back what {@link #apply} has taken, whichever process called it. Returns whether there was anything. */
    boolean restore() throws HostDnsException;

    /** Waits until somebody may have changed the resolver; returns from time to time in any case. */
    void awaitChange() throws InterruptedException;
}
