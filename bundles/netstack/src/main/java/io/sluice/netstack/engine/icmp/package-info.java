/**
 * ICMP and ICMPv6 of one engine: echo answered here or offered to the outbounds, errors received and sent.
 *
 * <p>Threads: the queue's event loop only. Ownership: packets are borrowed for the call; an echo request that is not answered within it is
 * copied.
 */
package io.sluice.netstack.engine.icmp;
