package io.sluice.api.dns;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Sets the host's resolver. Called by the coordinator only, one call at a time, after the routes on the way up and before them on the way down; may block for
 * some seconds while another service of the host works.
 *
 * <p>Absent service: the tunnel works, and the host keeps asking the servers it had, which the kill switch drops.
 */
@ProviderType
public interface HostDns {

    /**
     * Makes the host ask these servers and no others. Idempotent. From then on until {@link #cleanUp} it is set again whenever another service of the host
     * overwrites it.
     *
     * @throws HostDnsException with what refused it and what to do; the resolver is as before
     */
    void set(HostDnsSettings settings) throws HostDnsException;

    /**
     * Gives the host its own resolver back, whether this process took it or one that crashed; needs no memory of either. Idempotent.
     *
     * @return whether there was anything to give back
     */
    boolean cleanUp() throws HostDnsException;

    /** What is set now; from memory, never blocks. */
    HostDnsStatus status();
}
