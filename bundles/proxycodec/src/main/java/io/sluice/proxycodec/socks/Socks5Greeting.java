package io.sluice.proxycodec.socks;

/**
 * A client's opening (RFC 1928 §3), reduced to the methods we know.
 *
 * @param noAuth it offers X'00'
 * @param userPassword it offers X'02'
 */
public record Socks5Greeting(boolean noAuth, boolean userPassword) {}
