/**
 * Trojan's client side: a stream is open as soon as the layers below are, for the server gives no answer.
 *
 * <p>Threads: the stream's loop. Ownership: see {@link io.sluice.proxyclient}.
 */
package io.sluice.outbound.trojan.engine;
