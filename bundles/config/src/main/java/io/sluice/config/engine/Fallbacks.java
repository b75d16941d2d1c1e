package io.sluice.config.engine;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Xray's {@code fallbacks} of Trojan and VLESS inbounds. Each becomes a line {@code xver=0 name= alpn= path= dest=127.0.0.1:80}, of which {@code dest} may
 * hold spaces.
 */
final class Fallbacks {

    private final Section fallback;
    private final Problems problems;

    private Fallbacks(Section fallback) {
        this.fallback = fallback;
        this.problems = fallback.problems();
    }

    static void read(Section settings, Map<String, Object> properties) {
        List<String> lines = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (Section section : settings.sections("fallbacks")) {
            new Fallbacks(section).line(seen).ifPresent(lines::add);
            section.end();
        }
        if (!lines.isEmpty()) {
            properties.put("fallbacks", lines.toArray(String[]::new));
        }
    }

    private Optional<String> line(Set<String> seen) {
        int xver = fallback.integer("xver", 0, 2).map(Located::value).orElse(0);
        Optional<String> name = word("name");
        Optional<String> alpn = word("alpn");
        Optional<String> path = word("path").filter(this::isPath);
        Optional<String> dest = destination();
        fallback.noEffect("what dest is tells it", "type");
        if (name.isEmpty() || alpn.isEmpty() || path.isEmpty() || dest.isEmpty()) {
            return Optional.empty();
        }
        String condition = "name=" + name.get() + " alpn=" + alpn.get() + " path=" + path.get();
        if (!seen.add(condition)) {
            problems.add(
                    ProblemCode.DUPLICATE_FALLBACK,
                    fallback.at(),
                    fallback.path(),
                    "Another fallback has the same name, alpn and path.",
                    "remove one of them");
        }
        return Optional.of("xver=" + xver + " " + condition + " dest=" + dest.get());
    }

    /** Absent is empty; a space in it would match nothing. */
    private Optional<String> word(String field) {
        Optional<Located<String>> written = fallback.string(field);
        if (written.filter(w -> w.value().contains(" ")).isPresent()) {
            problems.add(
                    ProblemCode.UNKNOWN_VALUE,
                    written.get().at(),
                    written.get().path(),
                    "There is a space in it, so it matches nothing.",
                    "remove the space");
            return Optional.empty();
        }
        return Optional.of(written.map(Located::value).orElse(""));
    }

    private boolean isPath(String path) {
        if (path.isEmpty() || path.startsWith("/")) {
            return true;
        }
        problems.add(
                ProblemCode.UNKNOWN_VALUE,
                fallback.at("path"),
                fallback.path("path"),
                "A path begins with /.",
                "write \"/" + path + "\"");
        return false;
    }

    /** A port of this machine, {@code address:port}, or the path of a Unix-domain socket. */
    private Optional<String> destination() {
        Optional<Json> value = fallback.any("dest");
        if (value.isEmpty()) {
            fallback.missing("dest", "write \"dest\": 80");
            return Optional.empty();
        }
        String text = value.get() instanceof Json.Num(Place _, String number)
                ? number
                : value.get() instanceof Json.Str(Place _, String string) ? string : "";
        Optional<String> destination = text.startsWith("/") ? Optional.of(text) : endpoint(text);
        if (destination.isEmpty()) {
            problems.add(
                    ProblemCode.BAD_ADDRESS,
                    value.get().at(),
                    fallback.path("dest"),
                    "This is neither a port, nor an address with a port, nor the absolute path of a socket.",
                    "write e.g. 80, \"127.0.0.1:80\" or \"/run/web.sock\"; names and abstract sockets are not looked up");
        }
        return destination;
    }

    private static Optional<String> endpoint(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "localhost" : text.substring(0, colon);
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        boolean known = bare.equals("localhost")
                || Values.literal(bare).isPresent() && (bare.contains(":") == !bare.equals(host));
        return PortRange.parse(text.substring(colon + 1))
                .filter(p -> known && p.from() == p.to())
                .map(p -> (bare.equals("localhost") ? "127.0.0.1" : host) + ":" + p.from());
    }
}
