/**
 * Streams: chunks of one direction ({@link io.sluice.shadowsocks.stream.ChunkReader}, {@link io.sluice.shadowsocks.stream.ChunkWriter}) and, around them, a
 * pipeline handler for each end. What is outside a handler is ciphertext, what is inside is the stream's own octets.
 *
 * <p>Ends: Shadowsocks has no word for the end of a stream, so it is the one of what carries it. FIN between two chunks is the orderly end; within
 * one the stream was cut, and that is an abort.
 *
 * <p>Threads: the channel's loop.
 */
package io.sluice.shadowsocks.stream;
