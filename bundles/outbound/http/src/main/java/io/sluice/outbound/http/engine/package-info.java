/**
 * Opening streams through one HTTP proxy: a stream of the chain (a connection, or a stream of one that many share), one request, one answer, under the request's deadline.
 *
 * <p>Threads: the request's loop. Ownership: an attempt that fails or is cancelled resets what it opened.
 */
package io.sluice.outbound.http.engine;
