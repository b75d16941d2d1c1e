/**
 * How a person at the machine gets into the web console.
 */
@Export
@Version("1.0.0")
package io.sluice.api.console;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
