/**
 * Measures gateways side by side: this project's and any peer that is installed, each as a process between the same namespaces, one after the
 * other in interleaved rounds.
 *
 * <p>Theory of operation. {@link io.sluice.bench.Site} makes four namespaces in a row, {@code lan – app – px – srv}: the client behind the
 * gateway, the gateway and its own client, the SOCKS5 server, and the far end. A {@link io.sluice.bench.Contender} puts a gateway into
 * {@code app}; a {@link io.sluice.bench.Group} measures it by iperf3 and by sockets that this process opens inside the namespaces. Every
 * (group, round, contender) begins with a fresh gateway and a fresh SOCKS5 server, so that nothing of one is in the way of the next.
 *
 * <p>Numbers of one table may be compared with one another, and with nothing else: the machine under them changes from hour to hour. What other
 * processes used of it is measured and printed.
 *
 * <p>Threads: one drives; a group may add its own, which end with it.
 */
package io.sluice.bench;
