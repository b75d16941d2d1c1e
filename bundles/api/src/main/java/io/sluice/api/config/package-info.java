/**
 * The configuration file: check, plan, apply, history. Commands may block for file and service work; never call them on an event loop.
 */
@Export
@Version("1.1.0")
package io.sluice.api.config;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
