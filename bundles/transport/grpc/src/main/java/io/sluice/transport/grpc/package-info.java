/**
 * The layer {@code grpc}: a stream is one call of {@code Tun} or {@code TunMulti}; a connection, one or more a loop, carries many.
 *
 * <p>Half-close: a client's end is END_STREAM; a server's end is the trailers, behind which it goes on reading. A call that ends without
 * either, or with a status other than 0, was aborted.
 *
 * <p>Back-pressure is HTTP/2's flow control: while a stream is not read its window is not given back, so what waits is bounded by the windows.
 *
 * <p>Threads and ownership: as in {@link io.sluice.api.transport}. A dialer owns its connections; closing it closes those that carry no stream, the others
 * follow with their last one.
 */
package io.sluice.transport.grpc;
