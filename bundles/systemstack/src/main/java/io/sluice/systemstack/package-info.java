/**
 * The IP stack that leans on the kernel's own TCP as a service: {@code IpStack} with {@code stack=system}.
 *
 * <p>{@link io.sluice.systemstack.SystemIpStack} listens at the device's address and attaches to the device with the queues, UDP and ICMP of
 * {@code netstack}, embedded here as private packages, and with the address translation of {@link io.sluice.systemstack.engine} as its TCP. A
 * flow's stream is a kernel socket.
 *
 * <p>Threads: attaching and detaching block the coordinator's thread; everything else happens on the queue's loop, where its listeners accept.
 * Ownership: the device stays the caller's; an accepted socket is its session's until a flow takes it.
 */
package io.sluice.systemstack;
