package io.sluice.config.engine.link;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A link as a URI (RFC 3986), more tolerant than {@link java.net.URI}: programs write names and paths unescaped.
 *
 * @param user before the {@code @}, as it was written; empty string if there is none
 * @param host without brackets
 * @param port 0 if there is none
 * @param path with its slash; empty if there is none
 * @param query decoded, in order; of a key that comes twice the first counts
 * @param name the fragment, decoded
 */
record LinkUri(String scheme, String user, String host, int port, String path, Map<String, String> query, String name) {

    /** Longer ones are no links: a vmess JSON has some hundred characters, a certificate's ECH some thousand. */
    static final int MAX_LENGTH = 16_384;

    /** What an address with colons is made of (RFC 4291 §2.2), perhaps with a zone (RFC 4007 §11); whether it is one is for the configuration's reader. */
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(%.+)?");

    static LinkUri parse(String link) throws LinkException {
        int colon = link.indexOf("://");
        String scheme = link.substring(0, colon);
        String rest = link.substring(colon + 3);
        int hash = rest.indexOf('#');
        String name = hash < 0 ? "" : nameOf(rest.substring(hash + 1));
        rest = hash < 0 ? rest : rest.substring(0, hash);
        int question = rest.indexOf('?');
        Map<String, String> query = question < 0 ? new LinkedHashMap<>() : query(rest.substring(question + 1));
        rest = question < 0 ? rest : rest.substring(0, question);
        int at = rest.lastIndexOf('@');
        String user = at < 0 ? "" : rest.substring(0, at);
        rest = rest.substring(at + 1);
        int slash = rest.indexOf('/');
        String path = slash < 0 ? "" : rest.substring(slash);
        String authority = slash < 0 ? rest : rest.substring(0, slash);
        int portAt = portAt(authority);
        String host = portAt < 0 ? authority : authority.substring(0, portAt - 1);
        return new LinkUri(
                scheme,
                user,
                host(LinkText.decode(host, "host")),
                portAt < 0 ? 0 : port(authority.substring(portAt)),
                path,
                query,
                name);
    }

    /** A name is for people: one that is encoded badly is taken as it stands. */
    private static String nameOf(String fragment) {
        try {
            return LinkText.decode(fragment, "name");
        } catch (LinkException e) {
            return fragment;
        }
    }

    /** Where the port begins, or -1. The colons of an IPv6 address stand in brackets. */
    private static int portAt(String authority) {
        int colon = authority.lastIndexOf(':');
        return colon < 0 || authority.indexOf(']', colon) >= 0 ? -1 : colon + 1;
    }

    static String host(String written) throws LinkException {
        boolean bracketed = written.startsWith("[") && written.endsWith("]");
        String host = bracketed ? written.substring(1, written.length() - 1) : written;
        if (host.isEmpty()) {
            throw new LinkException("host", "there is none");
        }
        if (host.chars().anyMatch(c -> c <= ' ' || c == 127 || "/?#@[]\\\"<>".indexOf(c) >= 0)
                || host.indexOf(':') >= 0 && !IPV6.matcher(host).matches()) {
            // Not shown: where the @ is missing, what stands here is a password.
            throw new LinkException("host", "it is neither an address nor a name");
        }
        return host;
    }

    static int port(String text) throws LinkException {
        boolean digits = !text.isEmpty() && text.length() <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        int port = digits ? Integer.parseInt(text) : 0;
        if (port < 1 || port > 65_535) {
            // Not shown: people have lines of host:port:user:password.
            throw new LinkException("port", "it is not a number between 1 and 65535");
        }
        return port;
    }

    /** For schemes where it must be there. */
    int neededPort() throws LinkException {
        if (port == 0) {
            throw new LinkException("port", "there is none");
        }
        return port;
    }

    private static Map<String, String> query(String text) throws LinkException {
        Map<String, String> query = new LinkedHashMap<>();
        for (String pair : text.split("&")) {
            int equals = pair.indexOf('=');
            String key = LinkText.decode(equals < 0 ? pair : pair.substring(0, equals), "query");
            String value = equals < 0 ? "" : LinkText.decode(pair.substring(equals + 1), key);
            if (!key.isEmpty()) {
                query.putIfAbsent(key, value);
            }
        }
        return query;
    }

    /** Empty if it is not there, or empty. */
    Optional<String> get(String key) {
        return Optional.ofNullable(query.get(key)).filter(v -> !v.isEmpty());
    }

    /** Writes one. */
    static String print(
            String scheme, String user, String host, int port, String path, Map<String, String> query, String name) {
        StringBuilder link = new StringBuilder(scheme).append("://");
        if (!user.isEmpty()) {
            link.append(user).append('@');
        }
        link.append(host.indexOf(':') >= 0 ? "[" + LinkText.encode(host, ":") + "]" : LinkText.encode(host));
        link.append(':').append(port).append(path);
        char separator = '?';
        for (Map.Entry<String, String> pair : query.entrySet()) {
            link.append(separator).append(LinkText.encode(pair.getKey())).append('=');
            link.append(LinkText.encode(pair.getValue()));
            separator = '&';
        }
        if (!name.isEmpty()) {
            link.append('#').append(LinkText.encode(name));
        }
        return link.toString();
    }
}
