/**
 * Tests of the assembled appliance as a process: started by {@code bin/sluice}, asked by its commands, with directories of its own in a
 * temporary folder, mostly in a private network namespace. Nothing of the host's own network is touched.
 *
 * <p>Threads: the tests' own, and those of the small servers in {@link io.sluice.blackbox.Site}.
 */
package io.sluice.blackbox;
