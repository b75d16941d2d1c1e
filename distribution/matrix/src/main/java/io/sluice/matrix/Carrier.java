package io.sluice.matrix;

import java.util.ArrayList;
import java.util.List;

/**
 * What lies between a client and its server.
 *
 * @param variant a method of Shadowsocks, a cipher of VMess, {@code password} or {@code open} of SOCKS5; else empty
 */
record Carrier(Protocol protocol, String variant, Transport transport, Security security) {

    enum Protocol {
        SOCKS,
        HTTP,
        SHADOWSOCKS,
        TROJAN,
        VLESS,
        VMESS;

        String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    enum Transport {
        RAW("raw"),
        WEBSOCKET("ws"),
        HTTP_UPGRADE("httpupgrade"),
        GRPC("grpc"),
        GRPC_MULTI("grpc-multi");

        private final String word;

        Transport(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    enum Security {
        NONE,
        TLS
    }

    boolean tls() {
        return security == Security.TLS;
    }

    boolean raw() {
        return transport == Transport.RAW;
    }

    /** HTTP CONNECT has streams only. */
    boolean carriesDatagrams() {
        return protocol != Protocol.HTTP;
    }

    /** VLESS and VMess have no empty packets: v2ray and Xray skip them. */
    boolean carriesEmptyDatagrams() {
        return protocol != Protocol.VLESS && protocol != Protocol.VMESS;
    }

    /** WebSocket has one end for both directions. */
    boolean hasHalfClose() {
        return transport != Transport.WEBSOCKET;
    }

    /** A key that both sides are given before: it has a length of its own here. */
    boolean is2022() {
        return variant.startsWith("2022-");
    }

    /** {@code vless ws tls}, {@code shadowsocks aes-128-gcm}: a proxy's own TCP is not said. */
    String name() {
        List<String> words = new ArrayList<>(List.of(protocol.word()));
        if (!variant.isEmpty()) {
            words.add(variant);
        }
        boolean proxy = protocol == Protocol.SOCKS || protocol == Protocol.SHADOWSOCKS || protocol == Protocol.HTTP;
        if (!proxy || !raw()) {
            words.add(transport.word());
        }
        if (tls()) {
            words.add("tls");
        }
        return String.join(" ", words);
    }

    /** Every carrier of the matrix: each variant of a protocol alone, and one of them over every transport with and without TLS. */
    static List<Carrier> all() {
        List<Carrier> all = new ArrayList<>();
        everyWay(all, Protocol.SOCKS, "password", "open");
        everyWay(all, Protocol.HTTP, "");
        everyWay(
                all,
                Protocol.SHADOWSOCKS,
                "aes-128-gcm",
                "aes-256-gcm",
                "chacha20-ietf-poly1305",
                "xchacha20-ietf-poly1305",
                "2022-blake3-aes-128-gcm",
                "2022-blake3-aes-256-gcm",
                "2022-blake3-chacha20-poly1305");
        everyWay(all, Protocol.TROJAN, "");
        everyWay(all, Protocol.VLESS, "");
        everyWay(all, Protocol.VMESS, "auto", "aes-128-gcm", "chacha20-poly1305");
        return List.copyOf(all);
    }

    private static void everyWay(List<Carrier> all, Protocol protocol, String first, String... others) {
        for (Security security : Security.values()) {
            for (Transport transport : Transport.values()) {
                all.add(new Carrier(protocol, first, transport, security));
            }
        }
        for (String variant : others) {
            all.add(new Carrier(protocol, variant, Transport.RAW, Security.NONE));
        }
    }
}
