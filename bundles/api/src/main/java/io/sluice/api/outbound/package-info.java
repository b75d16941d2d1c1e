/**
 * How flows leave: one service for each configured outbound.
 *
 * <p>Threads: {@code open…} is called on the flow's event loop and completes there; the channel it yields is registered on that loop.
 *
 * <p>Ownership: a channel or port that was handed over is the flow's; an outbound that is withdrawn does not close it: the flow room
 * drains it and then closes it with {@link io.sluice.api.flow.CloseReason#OUTBOUND_WITHDRAWN}. An outbound that opens by another one does the same
 * in its place.
 */
@Export
@Version("1.4.0")
package io.sluice.api.outbound;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
