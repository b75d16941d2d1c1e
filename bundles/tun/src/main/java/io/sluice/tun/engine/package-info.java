/**
 * The in-memory TUN device: a bounded ring between a host process and a stack. Plain Java over Netty's buffers and loops.
 *
 * <p>Threads: packets are submitted from any thread and handled on the queue's loop.
 */
package io.sluice.tun.engine;
