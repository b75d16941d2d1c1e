/**
 * What the proxy inbounds share: listening, accounts, the throttle on guessing, counters, the orderly end of a refused connection. The
 * conversations are in {@code socks} and {@code http}. A plain library: the rooms {@code inbound/socks}, {@code inbound/http} and {@code
 * inbound/mixed} each carry a private copy and add the component; nobody exports it.
 *
 * <p>Threads: a connection lives on one loop, and everything about it happens there; what connections share ({@link
 * io.sluice.proxyserver.Door}) is safe from any thread.
 *
 * <p>Ownership: a connection belongs to its conversation until the flow room accepts it; then it is the flow's, and it outlives the
 * inbound. What is not handed over yet is closed when the inbound goes.
 */
package io.sluice.proxyserver;
