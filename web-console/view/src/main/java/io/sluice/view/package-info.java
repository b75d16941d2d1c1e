/**
 * What the shell and the web console show, so that both show the same: contracts' snapshots as JSON values, the overall status, and the
 * sentence that says why something is not active. A library: copied as a private package into the bundles that use it, never installed.
 *
 * <p>Threads: everything here is stateless or immutable and safe from any thread. Values are plain maps, lists, strings, numbers and
 * booleans in a fixed order of keys.
 */
package io.sluice.view;
