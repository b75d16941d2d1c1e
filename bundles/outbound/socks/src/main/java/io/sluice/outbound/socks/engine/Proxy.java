package io.sluice.outbound.socks.engine;

import io.sluice.proxycodec.socks.Socks5Credentials;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.Optional;

/**
 * The proxy and who it is told that we are.
 *
 * @param address where it listens; unresolved means that its name is to be looked up
 * @param credentials for RFC 1929; empty means that no authentication is offered
 */
public record Proxy(InetSocketAddress address, Optional<Socks5Credentials> credentials) {

    public Proxy {
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(credentials, "credentials");
    }

    /** {@code 192.0.2.1:1080}, {@code [2001:db8::1]:1080}, {@code proxy.example:1080}. */
    public static String show(InetSocketAddress address) {
        String host = address.isUnresolved()
                ? address.getHostString()
                : address.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }

    @Override
    public String toString() {
        return "SOCKS5 proxy " + show(address);
    }
}
