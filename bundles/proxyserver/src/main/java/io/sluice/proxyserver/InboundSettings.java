package io.sluice.proxyserver;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Objects;
import java.util.Optional;

/**
 * A checked configuration.
 *
 * @param tag the inbound's tag
 * @param type {@code socks}, {@code http} or {@code mixed}
 * @param listen where to listen, resolved
 * @param accounts who may use it
 * @param udp whether UDP ASSOCIATE is served
 * @param udpAddress the address that UDP ASSOCIATE replies tell
 */
public record InboundSettings(
        String tag,
        String type,
        InetSocketAddress listen,
        Accounts accounts,
        boolean udp,
        Optional<InetAddress> udpAddress) {

    public InboundSettings {
        Objects.requireNonNull(tag, "tag");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(listen, "listen");
        Objects.requireNonNull(accounts, "accounts");
        Objects.requireNonNull(udpAddress, "udpAddress");
        if (accounts.isOpen() && !accounts.isOpenToAll() && !listen.getAddress().isLoopbackAddress()) {
            throw new IllegalArgumentException("inbound \"" + tag + "\" would listen on "
                    + listen.getAddress().getHostAddress() + ":" + listen.getPort()
                    + " without authentication, so anyone who reaches that address could use it;"
                    + " set auth to \"password\" with accounts, listen on 127.0.0.1, or set open to true");
        }
    }

    /**
     * For a protocol that knows its users by keys.
     *
     * @throws IllegalArgumentException what is wrong, and what to do
     */
    public static InboundSettings keyed(String type, String tag, String listen, int port) {
        return new InboundSettings(
                tag,
                type,
                endpoint("inbound \"" + tag + "\": ", listen, port),
                Accounts.elsewhere(),
                true,
                Optional.empty());
    }

    private static InetSocketAddress endpoint(String where, String listen, int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(where + "port " + port + " is not between 0 and 65535");
        }
        return new InetSocketAddress(address(where + "listen", listen), port);
    }

    /**
     * @throws IllegalArgumentException what is wrong, and what to do
     */
    public static InboundSettings of(String type, InboundConfig config) {
        String where = "inbound \"" + config.inbound_tag() + "\": ";
        return new InboundSettings(
                config.inbound_tag(),
                type,
                endpoint(where, config.listen(), config.port()),
                accounts(where, config),
                config.udp(),
                config.ip().isEmpty() ? Optional.empty() : Optional.of(address(where + "ip", config.ip())));
    }

    private static Accounts accounts(String where, InboundConfig config) {
        return switch (config.auth()) {
            case "noauth" -> config.open() ? Accounts.openToAll() : Accounts.open();
            case "password" -> {
                if (config._accounts().length == 0) {
                    throw new IllegalArgumentException(
                            where + "auth is \"password\", but there are no accounts; add at least one user");
                }
                yield Accounts.of(where, config._accounts());
            }
            default ->
                throw new IllegalArgumentException(
                        where + "auth \"" + config.auth() + "\" is neither \"noauth\" nor \"password\"");
        };
    }

    private static InetAddress address(String what, String text) {
        byte[] octets = NetUtil.createByteArrayFromIpAddressString(text);
        if (octets == null) {
            throw new IllegalArgumentException(what + " \"" + text + "\" is not an IP address");
        }
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(what + " \"" + text + "\" is not an IP address", e);
        }
    }
}
