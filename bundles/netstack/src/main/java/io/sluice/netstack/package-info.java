/**
 * The user-space IP stack as a service: {@code IpStack} with {@code stack=user}.
 *
 * <p>{@link io.sluice.netstack.UserIpStack} attaches to a device; each of the device's queues gets an engine of its own on one event loop
 * ({@link io.sluice.netstack.attach}), with the TCP of {@link io.sluice.netstack.engine.tcp}.
 *
 * <p>Threads: attaching and detaching block the coordinator's thread; everything else happens on the queue's loop. Ownership: the device
 * stays the caller's.
 */
package io.sluice.netstack;
