/**
 * What the host's network is like and what changed: interfaces, addresses, the default way out, sleep and wake.
 *
 * <p>Threads: {@link io.sluice.api.netmon.NetworkMonitor} answers on any thread without waiting. Every listener is called on a thread of its
 * own, in the order of events, so a slow one delays itself only.
 */
@Export
@Version("1.1.0")
package io.sluice.api.netmon;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
