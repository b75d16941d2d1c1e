/**
 * Pairs of channels inside a loop, for whoever serves a flow without a socket.
 *
 * <p>Threads: both ends on one loop. Ownership: a buffer that is written belongs to the other end.
 */
package io.sluice.proxyserver.pipe;
