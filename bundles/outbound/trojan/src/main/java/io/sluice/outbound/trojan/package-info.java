/**
 * The outbound {@code trojan}: the component. What it says to the server is in {@code engine}, how it reaches the server in the private copy of {@code
 * io.sluice.dialer}.
 *
 * <p>Threads: open requests run on the flow's loop. Ownership: what was handed over outlives the component.
 */
package io.sluice.outbound.trojan;
