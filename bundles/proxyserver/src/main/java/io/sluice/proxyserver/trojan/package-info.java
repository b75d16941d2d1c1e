/**
 * The server's side of Trojan: who knows a password's key gets a stream or an association, others the fallback.
 *
 * <p>Threads: the connection's loop. Ownership: see {@link io.sluice.proxyserver.keyed}.
 */
package io.sluice.proxyserver.trojan;
