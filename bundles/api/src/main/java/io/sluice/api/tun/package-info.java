/**
 * TUN devices: opening them, and their queues of packets.
 *
 * <p>Ownership: a packet handed to a {@link io.sluice.api.tun.PacketHandler} is borrowed for the call; who wants to keep bytes retains
 * a slice. A packet given to {@link io.sluice.api.tun.TunQueue#write} stays the caller's.
 *
 * <p>Threads: a queue belongs to one event loop from {@link io.sluice.api.tun.TunQueue#start} on; reading and writing happen there.
 */
@Export
@Version("1.1.0")
package io.sluice.api.tun;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
