/**
 * The server's side of VMess: who knows an id gets a stream, an association, or a connection for many associations (XUDP); others nothing.
 *
 * <p>Threads: the connection's loop. Ownership: see {@link io.sluice.proxyserver.keyed}.
 */
package io.sluice.proxyserver.vmess;
