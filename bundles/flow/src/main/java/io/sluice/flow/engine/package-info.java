/**
 * The flow engine: from a request to a decision, a lease on an outbound, and a relay between two ends.
 *
 * <p>Threads: everything about one flow happens on the event loop of its request: both of its channels live there, so a relay needs no lock
 * and no hand-over. Lists and totals are read from any thread: their counters have one writer and opaque access. The set of outbounds is
 * an immutable snapshot behind one volatile field; the control plane replaces it and marks what it took away.
 *
 * <p>Ownership: a buffer that is read from one end belongs to the relay until it is written to the other; a request is answered once; both
 * ends belong to the flow from the moment they are handed over, and the flow closes or resets them.
 *
 * <p>No clock but the loop's: a wheel of one tick a second for each loop ends what is idle, so moving data touches no timer.
 */
package io.sluice.flow.engine;
