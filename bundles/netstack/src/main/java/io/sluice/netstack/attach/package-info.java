/**
 * A stack on a device: a {@link io.sluice.netstack.attach.QueueAttachment} gives each queue an engine, driven by its {@link
 * io.sluice.netstack.attach.QueueDriver} on one event loop, and hands the engine's UDP sessions and echo requests to the flow acceptor. TCP
 * is plugged in ({@link io.sluice.netstack.attach.StreamLayers}), so that a stack with another TCP shares the rest.
 *
 * <p>Threads: attaching and detaching block the coordinator's thread; everything else happens on the queue's loop. Ownership: the device stays
 * the caller's.
 */
package io.sluice.netstack.attach;
