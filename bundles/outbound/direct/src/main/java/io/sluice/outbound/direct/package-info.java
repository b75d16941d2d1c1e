/**
 * The outbound {@code direct}: sockets of our own, bound to the egress interface, without a proxy.
 *
 * <p>Threads: opened on the flow's event loop, lives there. Ownership: what was opened is the flow's; a withdrawn outbound closes only its
 * name resolvers.
 */
package io.sluice.outbound.direct;
