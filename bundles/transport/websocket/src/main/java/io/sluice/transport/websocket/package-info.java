/**
 * The layer {@code websocket}: every write is a binary message.
 *
 * <p>Half-close: WebSocket has one close for both directions, and Xray's servers end a stream when a client sends it. So a client keeps its end to
 * itself until the server has ended; a server's end is a Close frame, behind which it goes on reading. A connection that ends without a Close
 * frame was aborted (RFC 6455 §7.1.5).
 *
 * <p>Threads and ownership: as in {@link io.sluice.api.transport}.
 */
package io.sluice.transport.websocket;
