/**
 * Connections and packets of Shadowsocks clients, made into flows.
 *
 * <p>To whoever has no key the listener is silent: whatever is sent, nothing comes back, and a connection ends with the stranger's FIN or at the limit,
 * wherever the fault was found.
 *
 * <p>Threads: a connection's loop; the packets of all clients on one loop. Ownership: as in {@code io.sluice.proxyserver}.
 */
package io.sluice.inbound.shadowsocks.engine;
