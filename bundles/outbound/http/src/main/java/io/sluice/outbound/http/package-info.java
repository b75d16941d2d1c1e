/**
 * The outbound {@code http}: streams through an HTTP proxy by CONNECT, HTTP/1.1 or (chosen within TLS) HTTP/2, over whatever layers the configuration stacks. Here the component; the
 * conversation is in {@code engine}.
 *
 * <p>Threads: a flow's loop for everything about that flow. Ownership: what was opened belongs to the flow that asked.
 */
package io.sluice.outbound.http;
