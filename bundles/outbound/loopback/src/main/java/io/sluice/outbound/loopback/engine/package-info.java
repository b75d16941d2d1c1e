/**
 * A turn: one flow that becomes another, joined to it in memory.
 *
 * <p>Threads: the flow's loop, which both flows live on. Ownership: a turn's ends belong to the two flows; each end that closes closes the other.
 */
package io.sluice.outbound.loopback.engine;
