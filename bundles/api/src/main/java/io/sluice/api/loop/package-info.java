/**
 * The event loops that the whole data plane shares.
 *
 * <p>Threads: a channel, a TUN queue and every flow between them live on one loop, so that a packet goes from the TUN device to an
 * outbound socket without a hand-over. Nothing that runs on a loop may block.
 */
@Export
@Version("1.5.0")
package io.sluice.api.loop;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
