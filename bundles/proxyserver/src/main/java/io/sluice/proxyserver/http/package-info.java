/**
 * The server's side of HTTP/1 proxying: CONNECT (RFC 9110 §9.3.6) and requests in absolute form (RFC 9112 §3.2.2).
 *
 * <p>Heads and bodies are parsed and written by Netty's codec-http with every strictness it has (line ends, names, values, duplicate lengths), and
 * refused where it would repair. Nothing of a client's message framing passes through: what goes on is written anew from what was understood, so
 * there is nothing to disagree about with the next server.
 *
 * <p>A CONNECT hands the client's channel over. A plain request cannot: one client connection carries requests for many hosts. So its flow gets one end of a
 * {@link io.sluice.proxyserver.pipe.PipeChannel} pair, and at the other end is an HTTP client.
 *
 * <p>Supported: keep-alive on both sides, one request after another, Basic authentication, 100 Continue. Not supported: Upgrade (removed;
 * WebSocket clients use CONNECT through a proxy), trailers (dropped, as RFC 9110 §6.5.1 allows), Via (departs from RFC 9110 §7.6.3: the appliance does
 * not announce itself).
 *
 * <p>Threads: the connection's loop. Ownership: see the parent package.
 */
package io.sluice.proxyserver.http;
