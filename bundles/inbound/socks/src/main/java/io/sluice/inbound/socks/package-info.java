/**
 * The inbound {@code socks}: a SOCKS5 listener (RFC 1928, RFC 1929). Here the component only; what it says is in the private copy of
 * {@code io.sluice.proxyserver.socks}.
 *
 * <p>Threads: activation and deactivation wait for the listening socket; connections live on the shared loops. Ownership: when the
 * component goes, connections that a flow owns stay, all others and every association close.
 */
package io.sluice.inbound.socks;
