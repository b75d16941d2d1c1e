/**
 * Opening streams through one HTTP proxy: a stream of the chain (a connection, or a stream of one that many share), one request, one answer, under the request's deadline.
 * Whose a silence was, the proxy's or the destination's, can be told where other frames of its connection are heard (HTTP/2), and not otherwise: then it is the proxy's.
 *
 * <p>Threads: the request's loop. Ownership: an attempt that fails or is cancelled resets what it opened.
 */
package io.sluice.outbound.http.engine;
