package io.sluice.config.engine.link;

import io.sluice.config.engine.JsonValues;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code vmess://}: v2rayN's base64 of a JSON object, which nearly all write, or the standard {@code id@host:port?query#name}. */
final class VmessLink implements LinkScheme {

    private static final Set<String> SECURITIES = Set.of("auto", "aes-128-gcm", "chacha20-poly1305");

    @Override
    public Set<String> schemes() {
        return Set.of("vmess");
    }

    @Override
    public Set<String> protocols() {
        return Set.of("vmess");
    }

    @Override
    public Shared read(String link) throws LinkException {
        String body = link.substring("vmess://".length());
        int end = body.indexOf('#');
        Optional<String> json = LinkText.base64(end < 0 ? body : body.substring(0, end));
        if (json.filter(j -> j.stripLeading().startsWith("{")).isPresent()) {
            return json(json.get());
        }
        if (body.indexOf('@') < 0) {
            throw new LinkException("link", "it is neither base64 of a JSON object nor id@host:port");
        }
        return standard(LinkUri.parse(link));
    }

    private static Shared standard(LinkUri uri) throws LinkException {
        Tree settings = Tree.empty()
                .with("address", uri.host())
                .with("port", uri.neededPort())
                .with("id", VlessLink.id(uri))
                .with("security", security(uri.get("encryption").orElse("auto"), "encryption"))
                .with("packetEncoding", VlessLink.packetEncoding(uri));
        return Shared.of(uri.name(), "vmess", settings, StreamQuery.read(uri, "none"));
    }

    private static String security(String word, String field) throws LinkException {
        if (word.equals("none") || word.equals("zero")) {
            throw new LinkException(field, "'" + word + "' was removed from Xray: what is sent would be readable");
        }
        if (!SECURITIES.contains(word)) {
            throw new LinkException(field, "'" + word + "' is none of auto, aes-128-gcm and chacha20-poly1305");
        }
        return word;
    }

    private static Shared json(String text) throws LinkException {
        Tree json;
        try {
            json = Tree.of(JsonValues.read(text));
        } catch (IllegalArgumentException e) {
            throw new LinkException("link", "its JSON is broken: " + e.getMessage());
        }
        if (!json.text("aid").orElse("0").equals("0")) {
            throw new LinkException(
                    "aid", "the older VMess, authenticated by MD5, is not spoken; set alterId to 0 on the server");
        }
        Map<String, String> query = new LinkedHashMap<>();
        query(json, query);
        String host = LinkUri.host(json.text("add").orElseThrow(() -> new LinkException("add", "there is none")));
        int port = LinkUri.port(json.text("port").orElseThrow(() -> new LinkException("port", "there is none")));
        Tree settings = Tree.empty()
                .with("address", host)
                .with("port", port)
                .with("id", json.text("id").orElseThrow(() -> new LinkException("id", "there is none")))
                .with("security", security(json.text("scy").orElse("auto"), "scy"));
        LinkUri uri =
                new LinkUri("vmess", "", host, port, "", query, json.text("ps").orElse(""));
        return Shared.of(uri.name(), "vmess", settings, StreamQuery.read(uri, "none"));
    }

    /** v2rayN's words to those of a query. With gRPC, type is its mode and path its service. */
    private static void query(Tree json, Map<String, String> query) throws LinkException {
        String method = StreamQuery.method(json.text("net").orElse(""), "net");
        query.put("type", method);
        Optional<String> type = json.text("type").filter(t -> !t.equals("none") && !t.equals("---"));
        if (method.equals("grpc")) {
            type.ifPresent(t -> query.put("mode", t));
            json.text("path").ifPresent(p -> query.put("serviceName", p));
            json.text("host").ifPresent(h -> query.put("authority", h));
        } else {
            type.ifPresent(t -> query.put(method.equals("xhttp") ? "mode" : "headerType", t));
            json.text("path").ifPresent(p -> query.put("path", p));
            json.text("host").ifPresent(h -> query.put("host", h));
        }
        query.put("security", json.text("tls").filter(t -> !t.equals("none")).orElse("none"));
        for (String key : List.of("sni", "alpn", "fp", "pcs", "vcn", "ech", "insecure", "allowInsecure")) {
            json.text(key).ifPresent(v -> query.put(key, v));
        }
    }

    @Override
    public String print(Tree outbound, String name) throws LinkException {
        Server server = Server.of(outbound.section("settings"), "vnext");
        Map<String, String> query = new LinkedHashMap<>(StreamQuery.write(outbound.section("streamSettings"), "none"));
        if (server.user().text("packetEncoding").isPresent()) {
            query.put("packetEncoding", server.needed("packetEncoding"));
        }
        String security = server.user().text("security").orElse("auto");
        boolean beyondJson =
                query.getOrDefault("security", "none").equals("reality") || query.containsKey("packetEncoding");
        return beyondJson
                ? standard(server, security, query, name)
                : "vmess://" + LinkText.toBase64(JsonPrinter.compact(json(server, security, query, name)));
    }

    private static String standard(Server server, String security, Map<String, String> query, String name)
            throws LinkException {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("encryption", security);
        all.putAll(query);
        return LinkUri.print(
                "vmess", LinkText.encode(server.needed("id")), server.address(), server.port(), "", all, name);
    }

    /** All text, as v2rayN writes it. */
    private static Map<String, Object> json(Server server, String security, Map<String, String> query, String name)
            throws LinkException {
        Map<String, Object> json = new LinkedHashMap<>();
        String method = query.get("type");
        boolean grpc = method.equals("grpc");
        String type = grpc || method.equals("xhttp") ? query.getOrDefault("mode", "") : "none";
        json.put("v", "2");
        json.put("ps", name);
        json.put("add", server.address());
        json.put("port", Integer.toString(server.port()));
        json.put("id", server.needed("id"));
        json.put("aid", "0");
        json.put("scy", security);
        json.put("net", method);
        json.put("type", type);
        json.put("host", query.getOrDefault(grpc ? "authority" : "host", ""));
        json.put("path", query.getOrDefault(grpc ? "serviceName" : "path", ""));
        json.put("tls", query.getOrDefault("security", ""));
        for (String key : List.of("sni", "alpn", "fp")) {
            json.put(key, query.getOrDefault(key, ""));
        }
        for (String key : List.of("pcs", "vcn", "ech")) {
            if (query.containsKey(key)) {
                json.put(key, query.get(key));
            }
        }
        return json;
    }
}
