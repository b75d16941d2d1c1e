package io.sluice.config.engine.link;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The transport and TLS keys of a link's query, to and from {@code streamSettings}; XTLS/Xray-core discussion 716. */
final class StreamQuery {

    /** Other spellings of a method → Xray's word. An unknown word is refused: to take raw for it would reach no server. */
    private static final Map<String, String> METHODS = Map.ofEntries(
            Map.entry("", "raw"),
            Map.entry("raw", "raw"),
            Map.entry("tcp", "raw"),
            Map.entry("ws", "ws"),
            Map.entry("websocket", "ws"),
            Map.entry("httpupgrade", "httpupgrade"),
            Map.entry("grpc", "grpc"),
            Map.entry("gun", "grpc"),
            Map.entry("xhttp", "xhttp"),
            Map.entry("splithttp", "xhttp"));

    private static final Set<String> REMOVED = Set.of("h2", "http", "quic");

    /** Keys that allow any certificate; programs write one or the other. */
    private static final List<String> INSECURE = List.of("allowInsecure", "insecure", "allow_insecure");

    private static final List<String> OTHER_WORDS = List.of("plugin", "obfs", "obfsParam");

    private StreamQuery() {}

    /** @param security what it is without a word in the link */
    static Tree read(LinkUri link, String security) throws LinkException {
        refuseInsecure(link.query());
        Tree stream = Tree.empty();
        String method = method(link.get("type").orElse(""), "type");
        stream.with("network", method);
        transport(link, method, stream);
        security(link, link.get("security").orElse(security), stream);
        for (String key : OTHER_WORDS) {
            if (link.get(key).isPresent()) {
                throw new LinkException(
                        key, "it is a word of Shadowrocket's for a transport; write type=, path= and host= instead");
            }
        }
        if (link.get("fm").isPresent()) {
            throw new LinkException("fm", "final masks are not to be had here");
        }
        return stream;
    }

    static String method(String word, String field) throws LinkException {
        String method = METHODS.get(word);
        if (method != null) {
            return method;
        }
        if (REMOVED.contains(word)) {
            throw new LinkException(field, "'" + word + "' was removed from Xray, and is not to be had here");
        }
        if (word.equals("kcp") || word.equals("mkcp")) {
            throw new LinkException(field, "'" + word + "' is not to be had here");
        }
        throw new LinkException(field, "'" + word + "' is no method that is known");
    }

    static void refuseInsecure(Map<String, String> query) throws LinkException {
        for (String key : INSECURE) {
            String value = query.getOrDefault(key, "");
            if (value.equals("1") || value.equalsIgnoreCase("true")) {
                throw new LinkException(
                        key,
                        "it would take any certificate, so that whoever is on the way could read along; take it out if"
                                + " the server's certificate is good, or write pcs= with its SHA-256");
            }
        }
    }

    private static void transport(LinkUri link, String method, Tree stream) throws LinkException {
        String header = link.get("headerType").orElse("none");
        if (!header.equals("none") && method.equals("raw")) {
            throw new LinkException("headerType", "streams are not dressed up as '" + header + "' here");
        }
        Tree settings = Tree.empty();
        switch (method) {
            case "ws" -> {
                settings.with("path", earlyData(link)).with("host", link.query().get("host"));
                stream.with("wsSettings", settings.map());
            }
            case "httpupgrade" -> {
                settings.with("path", link.query().get("path"))
                        .with("host", link.query().get("host"));
                stream.with("httpupgradeSettings", settings.map());
            }
            case "grpc" -> {
                settings.with("serviceName", link.query().get("serviceName"));
                settings.with("authority", link.query().get("authority"));
                String mode = link.get("mode").orElse("gun");
                if (mode.equals("multi")) {
                    settings.with("multiMode", true);
                } else if (!mode.equals("gun")) {
                    throw new LinkException("mode", "'" + mode + "' is neither gun nor multi");
                }
                stream.with("grpcSettings", settings.map());
            }
            case "xhttp" -> {
                settings.with("path", link.query().get("path"))
                        .with("host", link.query().get("host"));
                settings.with("mode", link.query().get("mode"));
                if (link.get("extra").isPresent()) {
                    throw new LinkException("extra", "it is not to be had here");
                }
                stream.with("xhttpSettings", settings.map());
            }
            default -> {}
        }
    }

    /** Early data is a part of the path ({@code ?ed=2048}); some write it beside. */
    private static String earlyData(LinkUri link) throws LinkException {
        String path = link.query().getOrDefault("path", "");
        Optional<String> early = link.get("ed");
        String header = link.get("eh").orElse("Sec-WebSocket-Protocol");
        if (!header.equalsIgnoreCase("Sec-WebSocket-Protocol")) {
            throw new LinkException("eh", "early data travels in Sec-WebSocket-Protocol here, not in '" + header + "'");
        }
        if (early.isEmpty() || path.contains("ed=")) {
            return path;
        }
        return (path.isEmpty() ? "/" : path) + (path.contains("?") ? "&" : "?") + "ed=" + early.get();
    }

    private static void security(LinkUri link, String security, Tree stream) throws LinkException {
        Tree settings = Tree.empty();
        switch (security) {
            case "", "none" -> {}
            case "tls" -> {
                settings.with("serverName", link.query().get("sni"));
                settings.with("alpn", list(link.query().get("alpn")));
                settings.with("fingerprint", link.query().get("fp"));
                settings.with("echConfigList", link.query().get("ech"));
                settings.with("pinnedPeerCertSha256", link.query().get("pcs"));
                settings.with("verifyPeerCertByName", link.query().get("vcn"));
                stream.with("security", "tls").with("tlsSettings", settings.map());
            }
            case "reality" -> {
                settings.with("serverName", link.query().get("sni"));
                settings.with("fingerprint", link.query().get("fp"));
                settings.with("password", link.query().get("pbk"));
                settings.with("shortId", link.query().get("sid"));
                settings.with("spiderX", link.query().get("spx"));
                settings.with("mldsa65Verify", link.query().get("pqv"));
                stream.with("security", "reality").with("realitySettings", settings.map());
            }
            case "xtls" ->
                throw new LinkException("security", "'xtls' was removed from Xray, and is not to be had here");
            default -> throw new LinkException("security", "'" + security + "' is none of none, tls and reality");
        }
    }

    private static List<String> list(String commas) {
        return commas == null || commas.isEmpty() ? List.of() : List.of(commas.split(","));
    }

    /**
     * The query that says the same.
     *
     * @param security what it is without a word in the link
     * @throws LinkException for what no link can say
     */
    static Map<String, String> write(Tree stream, String security) throws LinkException {
        Map<String, String> query = new LinkedHashMap<>();
        String method = method(word(stream.text("method", "network"), "raw"), "network");
        query.put("type", method.equals("raw") ? "tcp" : method);
        switch (method) {
            case "ws" -> http(stream.section("wsSettings"), query);
            case "httpupgrade" -> http(stream.section("httpupgradeSettings"), query);
            case "grpc" -> {
                Tree grpc = stream.section("grpcSettings");
                grpc.text("serviceName").ifPresent(v -> query.put("serviceName", v));
                grpc.text("authority").ifPresent(v -> query.put("authority", v));
                query.put("mode", grpc.flag("multiMode") ? "multi" : "gun");
            }
            case "xhttp" -> {
                Tree xhttp = stream.section("xhttpSettings", "splithttpSettings");
                http(xhttp, query);
                xhttp.text("mode").ifPresent(v -> query.put("mode", v));
            }
            default -> {}
        }
        String secured = word(stream.text("security"), "none");
        if (!secured.equals(security)) {
            query.put("security", secured);
        }
        switch (secured) {
            case "tls" -> tls(stream.section("tlsSettings"), query);
            case "reality" -> reality(stream.section("realitySettings"), query);
            default -> {}
        }
        return query;
    }

    /** The configuration takes these words in any case, as Xray does; links have them in small letters. */
    static String word(Optional<String> written, String absent) {
        return written.orElse(absent).toLowerCase(Locale.ROOT);
    }

    private static void http(Tree settings, Map<String, String> query) throws LinkException {
        settings.text("path").ifPresent(v -> query.put("path", v));
        Tree headers = settings.section("headers");
        settings.text("host").or(() -> headers.text("Host", "host")).ifPresent(v -> query.put("host", v));
        for (String name : headers.map().keySet()) {
            if (!name.equalsIgnoreCase("Host")) {
                throw new LinkException("headers", "a link cannot carry the header " + name);
            }
        }
    }

    private static void tls(Tree tls, Map<String, String> query) throws LinkException {
        tls.text("serverName").ifPresent(v -> query.put("sni", v));
        tls.joined("alpn").ifPresent(v -> query.put("alpn", v));
        tls.text("fingerprint").ifPresent(v -> query.put("fp", v));
        tls.text("echConfigList").ifPresent(v -> query.put("ech", v));
        tls.joined("pinnedPeerCertSha256").ifPresent(v -> query.put("pcs", v));
        tls.joined("verifyPeerCertByName").ifPresent(v -> query.put("vcn", v));
        if (!tls.sections("certificates").isEmpty()) {
            throw new LinkException("certificates", "a link cannot carry certificates");
        }
    }

    private static void reality(Tree reality, Map<String, String> query) {
        reality.text("serverName").ifPresent(v -> query.put("sni", v));
        reality.text("fingerprint").ifPresent(v -> query.put("fp", v));
        reality.text("password", "publicKey").ifPresent(v -> query.put("pbk", v));
        reality.text("shortId").ifPresent(v -> query.put("sid", v));
        reality.text("spiderX").ifPresent(v -> query.put("spx", v));
        reality.text("mldsa65Verify").ifPresent(v -> query.put("pqv", v));
    }
}
