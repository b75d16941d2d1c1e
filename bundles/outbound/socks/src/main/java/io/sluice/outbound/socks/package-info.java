/**
 * The outbound {@code socks}: through a SOCKS5 proxy (RFC 1928), streams by CONNECT and datagrams by UDP ASSOCIATE, over whatever layers the configuration stacks. Here the component; the
 * conversation is in {@code engine}, the octets are in {@code io.sluice.proxycodec.socks}.
 *
 * <p>Threads: a flow's loop for everything about that flow. Ownership: what was opened belongs to the flow that asked; when the
 * component goes, open flows stay, attempts under way run to their end, and the name resolvers close.
 */
package io.sluice.outbound.socks;
