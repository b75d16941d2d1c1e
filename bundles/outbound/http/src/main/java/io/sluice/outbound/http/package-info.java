/**
 * The outbound {@code http}: streams through an HTTP/1.1 proxy by CONNECT, over whatever layers the configuration stacks. Here the component; the
 * conversation is in {@code engine}.
 *
 * <p>Threads: a flow's loop for everything about that flow. Ownership: what was opened belongs to the flow that asked.
 */
package io.sluice.outbound.http;
