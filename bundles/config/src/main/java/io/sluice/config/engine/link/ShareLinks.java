package io.sluice.config.engine.link;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Links of every kind, to and from outbound objects. */
public final class ShareLinks {

    private static final List<LinkScheme> SCHEMES = List.of(
            new ShadowsocksLink(), //
            new VmessLink(),
            new VlessLink(),
            new TrojanLink(),
            ProxyLink.socks(),
            ProxyLink.http());

    /** Others that people have. */
    private static final List<String> OTHERS = List.of(
            "hysteria2",
            "hy2",
            "hysteria2+realm",
            "hysteria",
            "tuic",
            "wireguard",
            "wg",
            "awg",
            "anytls",
            "ssr",
            "naive+https",
            "naive+quic",
            "ssh",
            "snell",
            "mieru",
            "shadowtls",
            "juicity");

    private ShareLinks() {}

    /** Whether a line looks like a link at all. */
    public static boolean isLink(String line) {
        return scheme(line).isPresent();
    }

    private static Optional<String> scheme(String line) {
        int colon = line.indexOf("://");
        boolean word = colon > 0
                && line.substring(0, colon)
                        .chars()
                        .allMatch(c -> c < 128 && (Character.isLetterOrDigit(c) || c == '+' || c == '-' || c == '.'));
        return word ? Optional.of(line.substring(0, colon).toLowerCase(Locale.ROOT)) : Optional.empty();
    }

    /** Reads one. */
    static LinkScheme.Shared read(String written) throws LinkException {
        String link = written.strip();
        if (link.length() > LinkUri.MAX_LENGTH) {
            throw new LinkException("link", "it is longer than " + LinkUri.MAX_LENGTH + " characters");
        }
        String scheme =
                scheme(link).orElseThrow(() -> new LinkException("link", "it does not begin with a word and ://"));
        if (link.chars().anyMatch(c -> c < ' ' || c == 127)) {
            throw new LinkException("link", "it holds a control character");
        }
        for (LinkScheme kind : SCHEMES) {
            if (kind.schemes().contains(scheme)) {
                LinkScheme.Shared shared = kind.read(scheme + link.substring(scheme.length()));
                if (!LinkText.isText(shared.name()) || !LinkText.isText(String.valueOf(shared.outbound()))) {
                    throw new LinkException("link", "it holds half of a character");
                }
                return shared;
            }
        }
        throw new LinkException(
                "link",
                OTHERS.contains(scheme)
                        ? "the protocol '" + scheme + "' is not to be had here"
                        : "the scheme '" + scheme + "' is not known");
    }

    /** The outbound object that a link describes; its tag is the link's name, and not there if it has none. */
    public static Map<String, Object> outbound(String link) throws LinkException {
        LinkScheme.Shared shared = read(link);
        Tree outbound = Tree.empty().with("tag", shared.name());
        outbound.map().putAll(shared.outbound());
        return outbound.map();
    }

    /** The link that describes an outbound object, its tag as the name. */
    public static String print(Map<String, Object> object) throws LinkException {
        Tree outbound = Tree.of(object);
        String protocol = outbound.text("protocol").orElse("");
        if (outbound.section("proxySettings").text("tag").isPresent()
                || outbound.section("streamSettings")
                        .section("sockopt")
                        .text("dialerProxy")
                        .isPresent()) {
            throw new LinkException("proxySettings", "a link cannot say that a server is reached through another one");
        }
        for (LinkScheme kind : SCHEMES) {
            if (kind.protocols().contains(protocol)) {
                return kind.print(outbound, outbound.text("tag").orElse(""));
            }
        }
        throw new LinkException("protocol", "there are no links for '" + protocol + "'");
    }
}
