/**
 * Watches interfaces, addresses, the default way out, sleep and wake, and tells listeners what changed and what that means.
 *
 * <p>With a {@link io.sluice.netmon.spi.NetworkBackend} from the platform's fragment the system announces changes. Without one, or while it
 * fails, the network is looked at every few seconds by portable means: changes are then noticed late, gateways not at all.
 *
 * <p>Threads: one ({@code sluice-netmon}) reads and decides. Every listener has a bounded mailbox that a virtual thread empties in order, so
 * a slow one delays nobody else and loses its oldest events when it is too slow.
 */
package io.sluice.netmon;
