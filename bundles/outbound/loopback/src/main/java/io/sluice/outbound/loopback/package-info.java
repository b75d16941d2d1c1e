/**
 * The outbound {@code loopback}: what is sent to it goes through the rules again, as if it had come from the inbound that its configuration names.
 *
 * <p>Threads: a flow's loop for everything about that flow. Ownership: what was opened belongs to the flow that asked.
 */
package io.sluice.outbound.loopback;
