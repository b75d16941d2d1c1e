package io.sluice.config.engine.link;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * {@code ss://}: SIP002, {@code method:password@host:port/?plugin=…#name} with the user in base64 (but of the 2022 methods, SIP022, percent-encoded), or the
 * older form with everything before the name in base64.
 */
final class ShadowsocksLink implements LinkScheme {

    private static final String METHODS_2022 = "2022-";

    /** Shadowrocket writes plugins in fields of their own. */
    private static final List<String> PLUGINS = List.of("v2ray-plugin", "shadow-tls", "obfs", "obfsParam");

    @Override
    public Set<String> schemes() {
        return Set.of("ss");
    }

    @Override
    public Set<String> protocols() {
        return Set.of("shadowsocks");
    }

    @Override
    public Shared read(String link) throws LinkException {
        LinkUri uri = LinkUri.parse(whole(link));
        if (uri.get("plugin").isPresent()) {
            String plugin = uri.query().get("plugin").split(";", 2)[0];
            throw new LinkException("plugin", "the plugin '" + plugin + "' is not to be had here");
        }
        for (String key : PLUGINS) {
            if (uri.get(key).isPresent()) {
                throw new LinkException(key, "the plugin that it names is not to be had here");
            }
        }
        for (String key : Set.of("uot", "udp-over-tcp")) {
            if (uri.get(key)
                    .filter(v -> v.equals("1") || v.equals("true") || v.equals("2"))
                    .isPresent()) {
                throw new LinkException(key, "datagrams over the stream are not to be had here");
            }
        }
        String user = LinkText.decode(uri.user(), "user");
        Optional<String> decoded = user.indexOf(':') >= 0 ? Optional.of(user) : LinkText.base64(user);
        int colon = decoded.map(u -> u.indexOf(':')).orElse(-1);
        if (colon < 1) {
            throw new LinkException("user", "it is not method:password, nor base64 of that");
        }
        String password = decoded.get().substring(colon + 1);
        if (password.isEmpty()) {
            throw new LinkException("password", "it is empty");
        }
        Tree settings = Tree.empty()
                .with("address", uri.host())
                .with("port", uri.neededPort())
                .with("method", method(decoded.get().substring(0, colon)))
                .with("password", password);
        return Shared.of(uri.name(), "shadowsocks", settings, Tree.empty().with("network", "raw"));
    }

    /** The older form made the newer one. */
    private static String whole(String link) throws LinkException {
        String body = link.substring("ss://".length());
        int hash = body.indexOf('#');
        String before = hash < 0 ? body : body.substring(0, hash);
        if (before.indexOf('@') >= 0) {
            return link;
        }
        int question = before.indexOf('?');
        String encoded = question < 0 ? before : before.substring(0, question);
        String query = question < 0 ? "" : before.substring(question);
        String decoded = LinkText.base64(encoded.endsWith("/") ? encoded.substring(0, encoded.length() - 1) : encoded)
                .filter(d -> d.indexOf('@') > 0)
                .orElseThrow(() -> new LinkException(
                        "link", "it is neither user@host:port nor base64 of method:password@host:port"));
        int at = decoded.lastIndexOf('@');
        return "ss://" + LinkText.encode(decoded.substring(0, at)) + decoded.substring(at) + query
                + (hash < 0 ? "" : body.substring(hash));
    }

    private static String method(String word) throws LinkException {
        String method = word.toLowerCase(java.util.Locale.ROOT);
        if (method.equals("none") || method.equals("plain")) {
            throw new LinkException("method", "'" + method + "' was removed from Xray: what is sent would be readable");
        }
        boolean known = method.startsWith(METHODS_2022)
                || Set.of(
                                "aes-128-gcm",
                                "aes-256-gcm",
                                "chacha20-poly1305",
                                "chacha20-ietf-poly1305",
                                "xchacha20-poly1305",
                                "xchacha20-ietf-poly1305")
                        .contains(method);
        if (!known) {
            throw new LinkException("method", "'" + method + "' is none that authenticates what is sent (AEAD)");
        }
        return method;
    }

    @Override
    public String print(Tree outbound, String name) throws LinkException {
        Tree stream = outbound.section("streamSettings");
        if (!StreamQuery.word(stream.text("method", "network"), "raw").matches("raw|tcp")
                || !StreamQuery.word(stream.text("security"), "none").equals("none")) {
            throw new LinkException("streamSettings", "a link of Shadowsocks cannot carry a transport");
        }
        Server server = Server.of(outbound.section("settings"), "servers");
        String method = server.needed("method");
        String password = server.needed("password");
        String user = method.startsWith(METHODS_2022)
                ? LinkText.encode(method) + ":" + LinkText.encode(password)
                : LinkText.toBase64Url(method + ":" + password);
        return LinkUri.print("ss", user, server.address(), server.port(), "", Map.of(), name);
    }
}
