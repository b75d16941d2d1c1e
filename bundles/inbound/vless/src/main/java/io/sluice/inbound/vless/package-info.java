/**
 * The inbound {@code vless}: the component. The conversation is in the private copy of {@code io.sluice.proxyserver}.
 *
 * <p>Threads: activation and deactivation wait for the listening socket; connections live on the shared loops. Ownership: when the
 * component goes, connections that a flow owns stay, all others, every association and every fallback close.
 */
package io.sluice.inbound.vless;
