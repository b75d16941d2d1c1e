package io.sluice.proxycodec.socks;

import java.net.InetSocketAddress;

/**
 * What a client asks for (RFC 1928 §4).
 *
 * @param command what to do
 * @param destination DST.ADDR and DST.PORT; for UDP ASSOCIATE where the client will send from, as far as it knows
 */
public record Socks5Request(Socks5Command command, InetSocketAddress destination) {}
