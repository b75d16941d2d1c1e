package io.sluice.lab;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The configuration of the gateway's appliance, with what injections change.
 *
 * @param mode of the kill switch
 * @param protocol by which the proxy server is spoken to: {@code socks}, or {@code shadowsocks} of 2022
 * @param relay the proxy server's address, or its name
 * @param mtu of the tunnel
 * @param allowLan the kill switch's allowance
 * @param lanInterfaces those that the allowance is for; none: any
 * @param resolvers the name servers inside the tunnel; those that the host asks without it, so that it does not matter when the appliance reads the host's list
 * @param ipv6 whether IPv6 goes into the tunnel
 * @param redirect whether the kernel hands TCP over past the device
 * @param group whether there is a second proxy server, used where the first is down
 */
record GatewayConfig(
        String mode,
        String protocol,
        String relay,
        int mtu,
        boolean allowLan,
        List<String> lanInterfaces,
        List<String> resolvers,
        boolean ipv6,
        boolean redirect,
        boolean group) {

    /** In place of a mode: the section is left out. */
    static final String NONE = "none";

    /** The mode that is closed from the first start of the tunnel on; what was taken away is put back, and nothing stands behind it. */
    static final String AUTO = "auto";

    /** The tag of the two together. */
    static final String GROUP = "group";

    static final String USER = "lab";
    static final String PASSWORD = "not-a-secret";

    static final String SOCKS = "socks";
    static final String SHADOWSOCKS = "shadowsocks";
    private static final String METHOD = "2022-blake3-aes-128-gcm";
    private static final String KEY =
            Base64.getEncoder().encodeToString("not-a-secret-key".getBytes(StandardCharsets.US_ASCII));

    /** With the local network's allowance, for a filter that is closed but for it is the weaker one. */
    static GatewayConfig usual() {
        return new GatewayConfig(
                "lockdown",
                SOCKS,
                Places.RELAY4,
                1500,
                true,
                Places.LAN_DEVICES,
                Places.NAME_SERVERS,
                true,
                false,
                false);
    }

    GatewayConfig withRelay(String address) {
        return new GatewayConfig(
                mode, protocol, address, mtu, allowLan, lanInterfaces, resolvers, ipv6, redirect, group);
    }

    GatewayConfig withLanInterfaces(List<String> names) {
        return new GatewayConfig(mode, protocol, relay, mtu, allowLan, names, resolvers, ipv6, redirect, group);
    }

    GatewayConfig withAllowLan(boolean allowed) {
        return new GatewayConfig(mode, protocol, relay, mtu, allowed, lanInterfaces, resolvers, ipv6, redirect, group);
    }

    GatewayConfig withIpv6(boolean carried) {
        return new GatewayConfig(
                mode, protocol, relay, mtu, allowLan, lanInterfaces, resolvers, carried, redirect, group);
    }

    GatewayConfig withMode(String name) {
        return new GatewayConfig(name, protocol, relay, mtu, allowLan, lanInterfaces, resolvers, ipv6, redirect, group);
    }

    GatewayConfig withMtu(int octets) {
        return new GatewayConfig(
                mode, protocol, relay, octets, allowLan, lanInterfaces, resolvers, ipv6, redirect, group);
    }

    GatewayConfig withProtocol(String name) {
        return new GatewayConfig(mode, name, relay, mtu, allowLan, lanInterfaces, resolvers, ipv6, redirect, group);
    }

    GatewayConfig withGroup(boolean together) {
        return new GatewayConfig(
                mode, protocol, relay, mtu, allowLan, lanInterfaces, resolvers, ipv6, redirect, together);
    }

    private String second() {
        return group ? """
                , { "tag": "second", "protocol": "socks",
                    "settings": { "address": "%s", "port": %d, "user": "%s", "pass": "%s" } }""".formatted(Places.RELAY4, Places.SECOND_PORT, USER, PASSWORD) : "";
    }

    private String routing() {
        return group ? """
                "routing": {
                    "balancers": [{ "tag": "%s", "selector": ["out", "second"], "strategy": { "type": "failover" } }],
                    "rules": [{ "network": "tcp,udp", "balancerTag": "%s" }] },
                """.formatted(GROUP, GROUP) : "";
    }

    private String settings() {
        return protocol.equals(SOCKS)
                ? "\"address\": \"%s\", \"port\": %d, \"user\": \"%s\", \"pass\": \"%s\""
                        .formatted(relay, Places.RELAY_PORT, USER, PASSWORD)
                : "\"address\": \"%s\", \"port\": %d, \"method\": \"%s\", \"password\": \"%s\""
                        .formatted(relay, Places.CLOCKED_PORT, METHOD, KEY);
    }

    private static String quoted(List<String> words) {
        return words.stream().map(word -> '"' + word + '"').collect(Collectors.joining(", "));
    }

    String json() {
        return """
            {
              "tun": { "name": "sluice0", "mtu": %d, "address": ["%s/30", "%s/126"], "autoStart": true, "autoRedirect": %s,
                       "dns": { "servers": [%s] },
                       "routes": { "include": ["0.0.0.0/0"%s] } },
              %s
              "inbounds": [],
              "outbounds": [{ "tag": "out", "protocol": "%s", "settings": { %s } }%s],
              %s"api": { "listen": "127.0.0.1", "port": 9080 }
            }
            """.formatted(
                        mtu,
                        Places.TUN4,
                        Places.TUN6,
                        redirect,
                        quoted(resolvers),
                        ipv6 ? ", \"::/0\"" : "",
                        mode.equals(NONE)
                                ? ""
                                : "\"killSwitch\": { \"mode\": \"" + mode + "\", \"lanInterfaces\": ["
                                        + quoted(lanInterfaces) + "], \"allowLan\": " + allowLan + " },",
                        protocol,
                        settings(),
                        second(),
                        routing());
    }

    /** The proxy server: another appliance, without a tunnel. The name servers' addresses are its host's own, which a client reaches only where a rule says so. */
    static String proxyServer() {
        return """
            {
              "inbounds": [{ "tag": "in", "protocol": "socks", "listen": "::", "port": %d,
                             "settings": { "auth": "password", "udp": true,
                                           "accounts": [{ "user": "%s", "pass": "%s" }] } },
                           { "tag": "clocked", "protocol": "shadowsocks", "listen": "::", "port": %d,
                             "settings": { "method": "%s", "password": "%s", "network": "tcp,udp" } }],
              "outbounds": [{ "tag": "out", "protocol": "freedom",
                              "settings": { "finalRules": [{ "action": "allow", "ip": [%s], "port": "53" }] } }],
              "api": { "listen": "127.0.0.1", "port": 9080 }
            }
            """.formatted(
                Places.RELAY_PORT, USER, PASSWORD, Places.CLOCKED_PORT, METHOD, KEY, quoted(Places.NAME_SERVERS));
    }
}
