package io.sluice.blackbox;

/** Configurations for a box whose traffic to the {@link Site}'s server goes into the tunnel. */
final class Configs {

    private Configs() {}

    /** Traffic to TEST-NET-3 goes into the tunnel and out directly. */
    static String direct() {
        return tunnel("\"203.0.113.0/24\"", "{ \"tag\": \"out\", \"protocol\": \"freedom\" }");
    }

    /** @param pass the password of user {@code demo} */
    static String socks(String host, int port, String pass) {
        return tunnel("\"203.0.113.0/24\"", """
                { "tag": "out", "protocol": "socks",
                  "settings": { "address": "%s", "port": %d, "user": "demo", "pass": "%s" } }""".formatted(host, port, pass));
    }

    /** @param include prefixes as JSON strings, with commas */
    static String tunnel(String include, String outbound) {
        return """
                {
                  "tun": { "name": "sluice0", "mtu": 1500, "address": ["172.19.0.1/30"],
                           "routes": { "include": [%s] } },
                  "inbounds": [],
                  "outbounds": [%s],
                  "api": { "listen": "127.0.0.1", "port": 9080 }
                }
                """.formatted(include, outbound);
    }
}
