/**
 * The resolver of a Linux host, by whoever keeps it: the file {@code /etc/resolv.conf} (resolv.conf(5)), systemd-resolved (over D-Bus,
 * org.freedesktop.resolve1(5)) or openresolv (resolvconf(8)).
 *
 * <p>What the host had is kept where it outlives us: the file beside its own place, systemd-resolved's setting in the link that vanishes with the tunnel's device,
 * openresolv's record under a name of ours. So giving it back needs no memory.
 *
 * <p>Threads: as {@link io.sluice.dns.spi.HostDnsBackend} says. Programs run as processes of their own, without a shell.
 */
package io.sluice.dns.linux;
