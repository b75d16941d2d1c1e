package io.sluice.lab;

/**
 * The configuration of the gateway's appliance, with what injections change.
 *
 * @param mode of the kill switch
 * @param relay the proxy server's address
 * @param mtu of the tunnel
 * @param allowLan the kill switch's allowance
 * @param resolver the name server inside the tunnel
 * @param ipv6 whether IPv6 goes into the tunnel
 * @param redirect whether the kernel hands TCP over past the device
 */
record GatewayConfig(
        String mode, String relay, int mtu, boolean allowLan, String resolver, boolean ipv6, boolean redirect) {

    /** In place of a mode: the section is left out. */
    static final String NONE = "none";

    static final String USER = "lab";
    static final String PASSWORD = "not-a-secret";

    static GatewayConfig usual() {
        return new GatewayConfig("lockdown", Places.RELAY4, 1500, false, "8.8.8.8", true, false);
    }

    GatewayConfig withRelay(String address) {
        return new GatewayConfig(mode, address, mtu, allowLan, resolver, ipv6, redirect);
    }

    GatewayConfig withLan(boolean allowed) {
        return new GatewayConfig(mode, relay, mtu, allowed, resolver, ipv6, redirect);
    }

    GatewayConfig withMode(String name) {
        return new GatewayConfig(name, relay, mtu, allowLan, resolver, ipv6, redirect);
    }

    GatewayConfig withMtu(int octets) {
        return new GatewayConfig(mode, relay, octets, allowLan, resolver, ipv6, redirect);
    }

    String json() {
        return """
            {
              "tun": { "name": "sluice0", "mtu": %d, "address": ["%s/30", "%s/126"], "autoStart": true, "autoRedirect": %s,
                       "dns": { "servers": ["%s"] },
                       "routes": { "include": ["0.0.0.0/0"%s] } },
              %s
              "inbounds": [],
              "outbounds": [{ "tag": "out", "protocol": "socks",
                              "settings": { "address": "%s", "port": %d, "user": "%s", "pass": "%s" } }],
              "api": { "listen": "127.0.0.1", "port": 9080 }
            }
            """.formatted(
                        mtu,
                        Places.TUN4,
                        Places.TUN6,
                        redirect,
                        resolver,
                        ipv6 ? ", \"::/0\"" : "",
                        mode.equals(NONE)
                                ? ""
                                : "\"killSwitch\": { \"mode\": \"" + mode
                                        + "\", \"lanInterfaces\": [\"lan0\"], \"allowLan\": " + allowLan + " },",
                        relay,
                        Places.RELAY_PORT,
                        USER,
                        PASSWORD);
    }

    /** The proxy server: another appliance, without a tunnel. */
    static String proxyServer() {
        return """
            {
              "inbounds": [{ "tag": "in", "protocol": "socks", "listen": "0.0.0.0", "port": %d,
                             "settings": { "auth": "password", "udp": true,
                                           "accounts": [{ "user": "%s", "pass": "%s" }] } }],
              "outbounds": [{ "tag": "out", "protocol": "freedom" }],
              "api": { "listen": "127.0.0.1", "port": 9080 }
            }
            """.formatted(Places.RELAY_PORT, USER, PASSWORD);
    }
}
