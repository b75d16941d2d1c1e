/**
 * The inbound {@code shadowsocks}: people's clients from outside. One component a listener; the engine has the algorithm.
 *
 * <p>Threads: components on control threads, everything else on the loops.
 */
package io.sluice.inbound.shadowsocks;
