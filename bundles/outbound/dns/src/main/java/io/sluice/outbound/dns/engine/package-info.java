/**
 * A DNS proxy within the outbound: queries are taken off the flow one by one, decided, and answered here or by a server.
 *
 * <p>Threads: the flow's loop. Ownership: a query or answer that is handed on belongs to the taker; a flow that ends takes its connections to
 * servers with it.
 */
package io.sluice.outbound.dns.engine;
