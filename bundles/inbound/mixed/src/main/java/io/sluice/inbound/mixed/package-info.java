/**
 * The inbound {@code mixed}: one port for SOCKS5 and HTTP. The first octet of a connection tells which: X'05' is SOCKS5's version (RFC 1928 §3), a
 * letter begins an HTTP method (RFC 9110 §9.1). The conversations are in the private copy of {@code io.sluice.proxyserver}.
 *
 * <p>Threads: activation and deactivation wait for the listening socket; connections live on the shared loops. Ownership: when the
 * component goes, connections that a flow owns stay, all others and every association close.
 */
package io.sluice.inbound.mixed;
