/**
 * Values that every room speaks of: prefixes and sets of them, ports, transport networks, endpoints. Immutable, no threads, no I/O.
 */
@Export
@Version("1.3.0")
package io.sluice.api.net;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
