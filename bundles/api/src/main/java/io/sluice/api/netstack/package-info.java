/**
 * The user's side of an IP stack: what terminates the packets of a TUN device and turns them into flows.
 *
 * <p>Threads: {@link io.sluice.api.netstack.IpStack#attach} is called by the coordinator and may block for the registration of the
 * queues; everything else happens on the queue's event loop.
 */
@Export
@Version("2.0.0")
package io.sluice.api.netstack;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
