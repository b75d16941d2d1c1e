/**
 * The host's resolver settings: makes the host ask the tunnel's name servers while the tunnel is up, sets them again when another service overwrites them, and
 * gives the host its own back.
 *
 * <p>Needs a {@link io.sluice.dns.spi.HostDnsBackend}, which the platform's fragment brings. Without one the service is absent, and the host keeps its resolver.
 *
 * <p>When this room goes away the settings stay, so that a swap does not flap; the successor takes them over with its next {@code set}, or gives the host its
 * own back with {@code cleanUp}. Threads: called by the coordinator, one call at a time; a thread of its own watches while something is set.
 */
package io.sluice.dns;
