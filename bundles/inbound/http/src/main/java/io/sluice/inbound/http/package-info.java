/**
 * The inbound {@code http}: an HTTP proxy listener, for CONNECT and for plain requests. Here the component only; what it says is in the
 * private copy of {@code io.sluice.proxyserver.http}.
 *
 * <p>Threads: activation and deactivation wait for the listening socket; connections live on the shared loops. Ownership: when the
 * component goes, tunnels that a flow owns stay, all other connections close.
 */
package io.sluice.inbound.http;
