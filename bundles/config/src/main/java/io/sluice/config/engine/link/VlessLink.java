package io.sluice.config.engine.link;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** {@code vless://id@host:port?query#name}. */
final class VlessLink implements LinkScheme {

    @Override
    public Set<String> schemes() {
        return Set.of("vless");
    }

    @Override
    public Set<String> protocols() {
        return Set.of("vless");
    }

    @Override
    public Shared read(String link) throws LinkException {
        LinkUri uri = LinkUri.parse(link);
        String id = id(uri);
        Tree settings = Tree.empty()
                .with("address", uri.host())
                .with("port", uri.neededPort())
                .with("id", id)
                .with("flow", uri.query().get("flow"))
                .with("encryption", uri.get("encryption").orElse("none"))
                .with("packetEncoding", packetEncoding(uri));
        return Shared.of(uri.name(), "vless", settings, StreamQuery.read(uri, "none"));
    }

    static String id(LinkUri uri) throws LinkException {
        String id = LinkText.decode(uri.user(), "id");
        if (id.isEmpty()) {
            throw new LinkException("id", "there is none before the @");
        }
        return id;
    }

    /** As mihomo and sing-box say how datagrams are packed: xudp is what is done without a word. */
    static String packetEncoding(LinkUri uri) throws LinkException {
        String word = uri.get("packetEncoding").orElse("");
        return switch (word) {
            case "", "xudp" -> null;
            case "none" -> word;
            default -> throw new LinkException("packetEncoding", "'" + word + "' is not to be had here; xudp is");
        };
    }

    @Override
    public String print(Tree outbound, String name) throws LinkException {
        Server server = Server.of(outbound.section("settings"), "vnext");
        Map<String, String> query = new LinkedHashMap<>();
        query.put("encryption", server.user().text("encryption").orElse("none"));
        server.user().text("flow").ifPresent(v -> query.put("flow", v));
        server.user().text("packetEncoding").ifPresent(v -> query.put("packetEncoding", v));
        query.putAll(StreamQuery.write(outbound.section("streamSettings"), "none"));
        return LinkUri.print(
                "vless", LinkText.encode(server.needed("id")), server.address(), server.port(), "", query, name);
    }
}
