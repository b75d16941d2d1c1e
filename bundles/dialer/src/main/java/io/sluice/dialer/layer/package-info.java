/**
 * What layers share: an attempt at a handshake over a stream that a dialer below has opened.
 *
 * <p>Threads: the request's loop. Ownership: the lower stream is the attempt's until it succeeds; one that fails or is cancelled resets it.
 */
package io.sluice.dialer.layer;
