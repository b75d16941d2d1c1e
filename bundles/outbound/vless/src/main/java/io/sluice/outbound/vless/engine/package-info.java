/**
 * VLESS's client side: a stream is open as soon as the layers below are; the server's response comes ahead of its first payload and is taken off
 * there.
 *
 * <p>Threads: the stream's loop. Ownership: see {@link io.sluice.proxyclient}.
 */
package io.sluice.outbound.vless.engine;
