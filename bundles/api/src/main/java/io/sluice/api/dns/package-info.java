/**
 * The host's resolver settings: which name servers the programs of this machine ask. A desired state is set whole, kept against whoever overwrites it,
 * and given back.
 */
@Export
@Version("1.0.0")
package io.sluice.api.dns;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
