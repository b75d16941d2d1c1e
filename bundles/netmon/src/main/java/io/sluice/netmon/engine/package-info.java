/**
 * When to look at the network, and what to tell of what was seen. Plain values and one state; time comes in as an argument. Not
 * thread-safe: the monitor's thread owns it.
 */
package io.sluice.netmon.engine;
