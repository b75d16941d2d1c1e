/**
 * The layer {@code httpupgrade}: a request asks for an upgrade to "websocket", and what follows the answer is the stream itself. Half-close and abort are
 * those of the layer below.
 *
 * <p>Threads and ownership: as in {@link io.sluice.api.transport}.
 */
package io.sluice.transport.httpupgrade;
