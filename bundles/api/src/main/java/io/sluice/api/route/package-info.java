/**
 * The host's routing tables: a desired state is set whole; there is no add and no remove.
 */
@Export
@Version("1.0.0")
package io.sluice.api.route;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
