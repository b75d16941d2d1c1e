/**
 * Which outbound a flow takes. Called on event loops; never blocks, never looks anything up outside its immutable rule table.
 */
@Export
@Version("1.0.0")
package io.sluice.api.policy;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
