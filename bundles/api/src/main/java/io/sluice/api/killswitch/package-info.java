/**
 * The kill switch: packet-filter rules of the host that hold when everything else fails. They outlive every bundle and the process.
 *
 * <p>Three states for people, in the words of the glossary: <em>disarmed</em> (no rules of ours in the host), <em>armed</em> (rules in force, and
 * the tunnel carries traffic), <em>blocked</em> (rules in force, and nothing passes but the allow-list). Only an operator's command takes the rules
 * out: an explicit stop of the tunnel in mode {@code auto}, or {@code disarm}. A configuration, a roll-back, a stopping bundle or process never does.
 *
 * <p>Threads: any thread; calls block while the kernel works, milliseconds as a rule, and run one after the other. This contract sees no other room's.
 */
@Export
@Version("1.1.0")
package io.sluice.api.killswitch;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
