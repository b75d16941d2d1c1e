/**
 * What the outbounds that speak a proxy protocol over a stream share: opening the stream, the request that travels with the first payload,
 * datagrams in the stream, counters. A plain library: the rooms {@code outbound/trojan} and {@code outbound/vless} each carry a private copy; nobody
 * exports it.
 *
 * <p>Threads: everything of one stream happens on its loop; counters and what opens streams are safe from any thread.
 *
 * <p>Ownership: a stream belongs to the opening until the flow room is given it.
 */
package io.sluice.proxyclient;
