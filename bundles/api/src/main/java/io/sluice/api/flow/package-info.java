/**
 * Flows: one transport conversation each, accepted from an inbound or a stack, decided by policy, relayed to an outbound, accounted.
 *
 * <p>Threads: a request is made, answered and relayed on one event loop, which it names. Listing flows is safe from any thread.
 *
 * <p>Ownership: whoever is handed a {@code ByteBuf} owns it, unless the method says that it is borrowed.
 */
@Export
@Version("1.5.0")
package io.sluice.api.flow;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
