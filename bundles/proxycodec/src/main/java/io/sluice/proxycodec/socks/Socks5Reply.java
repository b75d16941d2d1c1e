package io.sluice.proxycodec.socks;

import java.net.InetSocketAddress;

/**
 * A server's answer to a request (RFC 1928 §6).
 *
 * @param code REP as it came, assigned or not
 * @param bound BND.ADDR and BND.PORT
 */
public record Socks5Reply(int code, InetSocketAddress bound) {

    public Socks5Status status() {
        return Socks5Status.of(code);
    }
}
