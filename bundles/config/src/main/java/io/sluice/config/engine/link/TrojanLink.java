package io.sluice.config.engine.link;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** {@code trojan://password@host:port?query#name}; TLS unless it says otherwise. */
final class TrojanLink implements LinkScheme {

    @Override
    public Set<String> schemes() {
        return Set.of("trojan");
    }

    @Override
    public Set<String> protocols() {
        return Set.of("trojan");
    }

    @Override
    public Shared read(String link) throws LinkException {
        LinkUri uri = LinkUri.parse(link);
        String password = LinkText.decode(uri.user(), "password");
        if (password.isEmpty()) {
            throw new LinkException("password", "there is none before the @");
        }
        if (uri.get("flow").isPresent()) {
            throw new LinkException("flow", "trojan has none any more");
        }
        Tree settings = Tree.empty()
                .with("address", uri.host())
                // trojan-gfw's documentation: the port of HTTPS where none is written.
                .with("port", uri.port() == 0 ? 443 : uri.port())
                .with("password", password);
        Tree stream = StreamQuery.read(uri, "tls");
        if (stream.section("tlsSettings").text("serverName").isEmpty()
                && uri.get("peer").isPresent()) {
            // An older word for sni.
            Tree tls = Tree.empty().with("serverName", uri.query().get("peer"));
            tls.map().putAll(stream.section("tlsSettings").map());
            stream.with("tlsSettings", tls.map());
        }
        return Shared.of(uri.name(), "trojan", settings, stream);
    }

    @Override
    public String print(Tree outbound, String name) throws LinkException {
        Server server = Server.of(outbound.section("settings"), "servers");
        Map<String, String> query = new LinkedHashMap<>(StreamQuery.write(outbound.section("streamSettings"), "tls"));
        return LinkUri.print(
                "trojan", LinkText.encode(server.needed("password")), server.address(), server.port(), "", query, name);
    }
}
