/**
 * The outbound {@code shadowsocks}. One component a server; the engine has the algorithm.
 *
 * <p>Threads: components on control threads, everything else on the request's loop.
 */
package io.sluice.outbound.shadowsocks;
