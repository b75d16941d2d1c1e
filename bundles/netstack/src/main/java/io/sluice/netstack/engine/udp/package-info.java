/**
 * UDP of one engine: a {@link io.sluice.netstack.engine.udp.UdpSession} for each client endpoint, whatever it talks to (endpoint-independent
 * mapping, RFC 4787 REQ-1).
 *
 * <p>Threads: the queue's event loop only. Ownership: payload passes to the receiver, and from the sender to {@link
 * io.sluice.netstack.engine.udp.UdpOutput}, which releases it once the device has it.
 */
package io.sluice.netstack.engine.udp;
