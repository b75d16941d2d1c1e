/**
 * The server's side of SOCKS5: the conversation, and the requests it makes of the flow room.
 *
 * <p>Supported: CONNECT and UDP ASSOCIATE, no authentication and RFC 1929. Not supported: BIND (answered X'07'), GSSAPI (never
 * chosen), fragmented datagrams (dropped, as RFC 1928 §7 allows), SOCKS4.
 *
 * <p>Threads: the connection's loop. Ownership: see the parent package.
 */
package io.sluice.proxyserver.socks;
