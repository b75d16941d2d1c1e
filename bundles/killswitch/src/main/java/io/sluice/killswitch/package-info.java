/**
 * The kill switch: decides by mode and policy whether the host's filter is closed, keeps it so, and remembers it beyond the process.
 *
 * <p>Needs a {@link io.sluice.killswitch.spi.FirewallBackend}, which the platform's fragment brings. Without one the service is absent, which says: "no
 * firewall backend for this platform". Sees no other room's contract.
 *
 * <p>LK-0: no code path of this room takes rules away but {@link io.sluice.killswitch.HostKillSwitch#disarm} and an explicit stop of the tunnel in mode
 * auto. Deactivation leaves them; a new instance takes over what it finds in the kernel. A configuration can only tighten what is in force, with one
 * exception: what was closed only for want of a valid configuration opens with the first one.
 *
 * <p>Threads: one lock; calls run one after the other and block while the kernel works. The backend's thread tells of changes by others; listeners are
 * told on a thread of ours.
 */
package io.sluice.killswitch;
