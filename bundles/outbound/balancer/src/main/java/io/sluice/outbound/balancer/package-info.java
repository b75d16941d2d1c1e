/**
 * The outbound {@code balancer}: stands for several other outbounds under a tag of its own. Which of them opens a flow, when one counts as down, and what becomes of flows whose
 * member goes away is in {@code engine}; here is the component.
 *
 * <p>Threads: a flow's loop for everything about that flow; members come and go on framework threads. Ownership: what was opened belongs to the flow that
 * asked.
 */
package io.sluice.outbound.balancer;
