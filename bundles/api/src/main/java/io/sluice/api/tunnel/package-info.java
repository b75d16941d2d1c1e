/**
 * The coordinator of the protected connection state. It alone decides host state.
 *
 * <p>Threads: commands may come from any thread, run one after the other, and return when the command has taken effect or failed.
 * Listeners are called in the order of events on the coordinator's own thread and must not block.
 */
@Export
@Version("2.0.0")
package io.sluice.api.tunnel;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
