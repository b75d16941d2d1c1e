/**
 * A bad network between two namespaces, made in user space: frames that the kernel sends on one TAP device come out of another one later, in
 * another order, twice, damaged or not at all. It stands in for netem where the kernel has none, needs no queueing discipline, and its
 * decisions come from a seed.
 *
 * <p>Theory of operation: {@link io.sluice.testkit.impairment.ImpairedDirection} decides for one direction, in time that it is told, so it is
 * tested without a clock; {@link io.sluice.testkit.impairment.ImpairmentRelay} moves the frames.
 *
 * <p>Threads: a relay has one, which owns both directions and all frames. The counters may be read by any thread.
 */
package io.sluice.testkit.impairment;
