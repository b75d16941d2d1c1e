package io.sluice.dns.linux;

import io.sluice.api.dns.HostDnsException;
import io.sluice.api.dns.HostDnsSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** One who may keep the resolver on this host. */
sealed interface ResolverManager permits ResolvConfFile, SystemdResolved, Openresolv {

    /** As {@code HostDnsStatus.manager} says. */
    String name();

    /** Whether it keeps the resolver at this moment. */
    boolean inCharge();

    void apply(HostDnsSettings settings) throws HostDnsException;

    boolean holds(HostDnsSettings settings) throws HostDnsException;

    /** Gives back what {@link #apply} took, in charge or not; needs no memory. */
    boolean restore() throws HostDnsException;

    /** Folders in which something changes when the resolver does. */
    List<Path> folders();

    /** How long a change may go unseen that shows in none of the folders. */
    Duration look();
}
