package io.sluice.config.engine.link;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code socks://} and {@code http(s)://}: {@code user:pass@host:port#name}, the user plain or in base64. */
final class ProxyLink implements LinkScheme {

    private final String protocol;
    private final Set<String> schemes;
    private final int port;

    private ProxyLink(String protocol, Set<String> schemes, int port) {
        this.protocol = protocol;
        this.schemes = schemes;
        this.port = port;
    }

    /** RFC 1928 §3: port 1080. */
    static ProxyLink socks() {
        return new ProxyLink("socks", Set.of("socks", "socks5", "socks5h"), 1080);
    }

    /** RFC 9110 §4.2: ports 80 and, with TLS, 443. */
    static ProxyLink http() {
        return new ProxyLink("http", Set.of("http", "https"), 80);
    }

    @Override
    public Set<String> schemes() {
        return schemes;
    }

    @Override
    public Set<String> protocols() {
        return Set.of(protocol);
    }

    @Override
    public Shared read(String link) throws LinkException {
        LinkUri uri = LinkUri.parse(whole(link));
        boolean tls = uri.scheme().equals("https");
        if (!uri.path().isEmpty() && !uri.path().equals("/")) {
            throw new LinkException(
                    "path", "a proxy has none; is this the address of a subscription? Download it first");
        }
        Tree settings = Tree.empty().with("address", uri.host());
        settings.with("port", uri.port() != 0 ? uri.port() : tls ? 443 : port);
        if (!uri.user().isEmpty()) {
            user(uri, settings);
        }
        StreamQuery.refuseInsecure(uri.query());
        Tree stream = Tree.empty().with("network", "raw");
        if (tls) {
            stream.with("security", "tls")
                    .with(
                            "tlsSettings",
                            Tree.empty()
                                    .with("serverName", uri.query().get("sni"))
                                    .map());
        }
        return Shared.of(uri.name(), protocol, settings, stream);
    }

    /** v2rayN once wrote everything before the name in base64, Shadowrocket what stands before a query. */
    private static String whole(String link) {
        int begin = link.indexOf("://") + 3;
        int end = begin;
        while (end < link.length() && "?#".indexOf(link.charAt(end)) < 0) {
            end++;
        }
        String body = link.substring(begin, end);
        String rest = link.substring(end);
        Optional<String> decoded = body.indexOf('@') < 0 && body.indexOf(':') < 0
                ? LinkText.base64(body).filter(d -> d.indexOf('@') >= 0)
                : Optional.empty();
        return decoded.map(d -> link.substring(0, begin)
                        + LinkText.encode(d.substring(0, d.lastIndexOf('@')), ":")
                        + d.substring(d.lastIndexOf('@'))
                        + rest)
                .orElse(link);
    }

    private static void user(LinkUri uri, Tree settings) throws LinkException {
        Optional<String> plain = uri.user().indexOf(':') >= 0
                ? Optional.of(uri.user())
                : LinkText.base64(LinkText.decode(uri.user(), "user"));
        int colon = plain.map(u -> u.indexOf(':')).orElse(-1);
        if (colon < 0) {
            throw new LinkException("user", "it is not user:password, nor base64 of that");
        }
        boolean encoded = uri.user().indexOf(':') >= 0;
        String user = plain.get().substring(0, colon);
        String pass = plain.get().substring(colon + 1);
        settings.with("user", encoded ? LinkText.decode(user, "user") : user);
        settings.with("pass", encoded ? LinkText.decode(pass, "password") : pass);
    }

    @Override
    public String print(Tree outbound, String name) throws LinkException {
        Tree settings = outbound.section("settings");
        Tree stream = outbound.section("streamSettings");
        String security = StreamQuery.word(stream.text("security"), "none");
        boolean tls = security.equals("tls");
        if (!StreamQuery.word(stream.text("method", "network"), "raw").matches("raw|tcp")
                || !tls && !security.equals("none")
                || tls && protocol.equals("socks")) {
            throw new LinkException("streamSettings", "a link of this proxy cannot carry its transport");
        }
        if (!settings.section("headers").isEmpty()) {
            throw new LinkException("headers", "a link cannot carry headers");
        }
        Server server = Server.of(settings, "servers");
        String user = server.user().text("user").map(LinkText::encode).orElse("");
        String pass = server.user().text("pass").map(LinkText::encode).orElse("");
        Map<String, String> query = new LinkedHashMap<>();
        Tree secured = stream.section("tlsSettings");
        for (String field : secured.map().keySet()) {
            if (!field.equals("serverName")) {
                throw new LinkException(field, "a link of this proxy cannot carry it");
            }
        }
        secured.text("serverName").ifPresent(v -> query.put("sni", v));
        return LinkUri.print(
                tls ? "https" : protocol,
                user.isEmpty() ? "" : user + ":" + pass,
                server.address(),
                server.port(),
                "",
                query,
                name);
    }
}
