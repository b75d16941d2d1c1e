/**
 * Doors into the appliance other than a TUN device: listeners that make flows.
 */
@Export
@Version("1.0.0")
package io.sluice.api.inbound;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
