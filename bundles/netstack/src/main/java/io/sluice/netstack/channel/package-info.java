/**
 * TCP connections of the engine as Netty channels, and offers as {@link io.sluice.api.flow.StreamRequest}s.
 *
 * <p>Threads: a channel is registered on its engine's loop and lives there. Ownership: as with any Netty channel; received buffers belong
 * to the first handler, written ones to the channel.
 */
package io.sluice.netstack.channel;
