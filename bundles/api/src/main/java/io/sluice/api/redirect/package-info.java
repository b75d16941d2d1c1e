/**
 * TCP taken in by the host's own kernel: it is redirected into a listener of ours and never becomes packets on a TUN device.
 */
@Export
@Version("1.1.0")
package io.sluice.api.redirect;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
