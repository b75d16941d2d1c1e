/**
 * The outbound {@code dns}: takes plain DNS over TCP and UDP, refuses or drops queries by type and name, and sends the others to the server that
 * was asked or to a configured one. Here the component; the conversation is in {@code engine}.
 *
 * <p>Threads: a flow's loop for everything about that flow. Ownership: what was opened belongs to the flow that asked.
 */
package io.sluice.outbound.dns;
