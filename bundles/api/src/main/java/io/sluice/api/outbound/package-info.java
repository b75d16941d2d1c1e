/**
 * How flows leave: one service for each configured outbound.
 *
 * <p>Threads: {@code open…} is called on the flow's event loop and completes there; the channel it yields is registered on that loop.
 *
 * <p>Ownership: a channel or port that was handed over is the flow's; an outbound that is withdrawn does not close it: the flow room
 * drains it and then closes it with {@link io.sluice.api.flow.CloseReason#OUTBOUND_WITHDRAWN}.
 */
@Export
@Version("1.2.0")
package io.sluice.api.outbound;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
