/**
 * Values that every room speaks of: prefixes, transport networks, endpoints. Immutable, no threads, no I/O.
 */
@Export
@Version("1.2.0")
package io.sluice.api.net;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
