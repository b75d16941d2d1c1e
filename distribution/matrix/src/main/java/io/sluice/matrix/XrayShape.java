package io.sluice.matrix;

import static io.sluice.matrix.Json.object;

import io.sluice.matrix.Carrier.Transport;
import io.sluice.matrix.Peer.Ends;
import java.util.List;
import java.util.Map;

/**
 * Inbounds and outbounds as Xray writes them: Xray reads them, v2ray, and the appliance as they are.
 *
 * @param dialect which of the shapes is written where there are several
 */
record XrayShape(Dialect dialect) {

    enum Dialect {
        /** The fields of a server beside the others; today's names. */
        FLAT,
        /** Lists of servers; today's names. */
        LISTS,
        /** Lists of servers; the names of v2ray 4. */
        V2RAY
    }

    /** The way out of a server. What comes with a key reaches no private address without a word, and {@link Site#FAR} is TEST-NET-3. */
    static Map<String, Object> freedom(String tag) {
        return object(
                "tag",
                tag,
                "protocol",
                "freedom",
                "settings",
                object("finalRules", List.of(object("action", "allow", "ip", List.of(Site.FAR + "/32")))));
    }

    /** A way in that speaks the carrier's protocol. */
    Map<String, Object> serverInbound(Carrier carrier, Ends ends, String tag) {
        Credentials known = ends.credentials();
        Map<String, Object> account = object("user", known.user(), "pass", known.password());
        Map<String, Object> settings = switch (carrier.protocol()) {
            case SOCKS -> {
                boolean open = carrier.variant().equals("open");
                yield object(
                        "auth",
                        open ? "noauth" : "password",
                        "accounts",
                        open ? null : List.of(account),
                        "udp",
                        true,
                        "ip",
                        Site.SERVER,
                        "open",
                        open && dialect == Dialect.FLAT ? true : null);
            }
            case HTTP -> object("accounts", List.of(account));
            case SHADOWSOCKS ->
                object("method", carrier.variant(), "password", known.shadowsocksKey(carrier), "network", "tcp,udp");
            case TROJAN -> object("clients", List.of(object("password", known.password())));
            case VLESS -> object("clients", List.of(object("id", known.id().toString())), "decryption", "none");
            case VMESS -> object("clients", List.of(object("id", known.id().toString())));
        };
        return object(
                "tag",
                tag,
                "listen",
                Site.SERVER,
                "port",
                ends.serverPort(),
                "protocol",
                carrier.protocol().word(),
                "settings",
                settings,
                "streamSettings",
                streamSettings(carrier, serverTls(carrier, ends.certificates())));
    }

    /** A way out to the carrier's server. */
    Map<String, Object> clientOutbound(Carrier carrier, Ends ends, String tag) {
        Credentials known = ends.credentials();
        Map<String, Object> user = object("user", known.user(), "pass", known.password());
        boolean open = carrier.variant().equals("open");
        Map<String, Object> settings = switch (carrier.protocol()) {
            case SOCKS -> accounts(ends, open ? Map.of() : user);
            case HTTP -> accounts(ends, user);
            case SHADOWSOCKS ->
                server(ends, object("method", carrier.variant(), "password", known.shadowsocksKey(carrier)));
            case TROJAN -> server(ends, object("password", known.password()));
            case VLESS -> users("vnext", ends, object("id", known.id().toString(), "encryption", "none"));
            case VMESS -> users("vnext", ends, object("id", known.id().toString(), "security", carrier.variant()));
        };
        return object(
                "tag",
                tag,
                "protocol",
                carrier.protocol().word(),
                "settings",
                settings,
                "streamSettings",
                streamSettings(carrier, clientTls(carrier, ends)));
    }

    private Map<String, Object> accounts(Ends ends, Map<String, Object> user) {
        return user.isEmpty() ? server(ends, user) : users("servers", ends, user);
    }

    private Map<String, Object> users(String list, Ends ends, Map<String, Object> user) {
        Map<String, Object> server = object("address", Site.SERVER, "port", ends.serverPort());
        if (dialect == Dialect.FLAT) {
            server.putAll(user);
            return server;
        }
        server.put("users", List.of(user));
        return object(list, List.of(server));
    }

    private Map<String, Object> server(Ends ends, Map<String, Object> fields) {
        Map<String, Object> server = object("address", Site.SERVER, "port", ends.serverPort());
        server.putAll(fields);
        return dialect == Dialect.FLAT ? server : object("servers", List.of(server));
    }

    private Map<String, Object> streamSettings(Carrier carrier, Map<String, Object> tls) {
        if (carrier.raw() && tls == null) {
            return null;
        }
        Map<String, Object> settings = object(
                "network",
                switch (carrier.transport()) {
                    case RAW -> dialect == Dialect.V2RAY ? "tcp" : "raw";
                    case WEBSOCKET -> "ws";
                    case HTTP_UPGRADE -> "httpupgrade";
                    case GRPC, GRPC_MULTI -> "grpc";
                },
                "security",
                tls == null ? "none" : "tls",
                "tlsSettings",
                tls);
        switch (carrier.transport()) {
            case RAW -> {}
            case WEBSOCKET -> settings.put("wsSettings", object("path", "/way"));
            case HTTP_UPGRADE -> settings.put("httpupgradeSettings", object("path", "/way"));
            case GRPC, GRPC_MULTI ->
                settings.put(
                        "grpcSettings",
                        object("serviceName", "way", "multiMode", carrier.transport() == Transport.GRPC_MULTI));
        }
        return settings;
    }

    private static Map<String, Object> serverTls(Carrier carrier, Certificates certificates) {
        return carrier.tls()
                ? object(
                        // Left to itself Xray offers HTTP/2 first, which its HTTP inbound does not speak.
                        "alpn",
                        carrier.protocol() == Carrier.Protocol.HTTP ? List.of("http/1.1") : null,
                        "certificates",
                        List.of(object(
                                "certificateFile",
                                certificates.chain().toString(),
                                "keyFile",
                                certificates.key().toString())))
                : null;
    }

    private static Map<String, Object> clientTls(Carrier carrier, Ends ends) {
        return carrier.tls()
                ? object(
                        "serverName",
                        ends.serverName(),
                        "disableSystemRoot",
                        true,
                        "certificates",
                        List.of(object(
                                "usage",
                                "verify",
                                "certificateFile",
                                ends.certificates().authority().toString())))
                : null;
    }
}
