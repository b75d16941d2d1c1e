/**
 * Keeps the appliance's own sockets out of its own tunnel, and notices when that fails.
 */
@Export
@Version("1.3.0")
package io.sluice.api.egress;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
