package io.sluice.rest.engine;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Finds the operation for a path. The path is split before it is decoded, so an encoded slash stays inside its segment. */
public final class Router {

    private final List<Route> routes;

    public Router(List<Route> routes) {
        this.routes = List.copyOf(routes);
    }

    public List<Route> routes() {
        return routes;
    }

    /** A route, and what its braces matched. */
    public record Match(Route route, Map<String, String> parameters) {}

    /** @throws ProblemException 404 or 405 (with the methods that are allowed in the detail) */
    public Match find(String method, String path) throws ProblemException {
        List<String> segments = split(path);
        TreeSet<String> allowed = new TreeSet<>();
        for (Route route : routes) {
            Optional<Map<String, String>> parameters = match(split(route.pattern()), segments);
            if (parameters.isEmpty()) {
                continue;
            }
            // RFC 9110 §9.3.2: HEAD is GET without the body; the server leaves it out.
            if (route.method().equals(method) || (route.method().equals("GET") && method.equals("HEAD"))) {
                return new Match(route, parameters.get());
            }
            allowed.add(route.method());
        }
        if (allowed.isEmpty()) {
            throw ProblemException.of(
                    Problem.Kind.NOT_FOUND, "No resource has this path. GET /api/v1/openapi.json lists all.");
        }
        throw ProblemException.of(
                Problem.Kind.METHOD_NOT_ALLOWED, "Only " + String.join(", ", allowed) + " can be used here.");
    }

    private static List<String> split(String path) {
        List<String> segments = new ArrayList<>();
        for (String segment : path.substring(1).split("/", -1)) {
            segments.add(segment);
        }
        return segments;
    }

    private static Optional<Map<String, String>> match(List<String> pattern, List<String> path)
            throws ProblemException {
        if (pattern.size() != path.size()) {
            return Optional.empty();
        }
        Map<String, String> parameters = Map.of();
        for (int i = 0; i < pattern.size(); i++) {
            String wanted = pattern.get(i);
            String given = path.get(i);
            int end = wanted.indexOf('}');
            if (!wanted.startsWith("{") || end < 0) {
                if (!wanted.equals(given)) {
                    return Optional.empty();
                }
                continue;
            }
            String suffix = wanted.substring(end + 1);
            String value = given.endsWith(suffix) ? given.substring(0, given.length() - suffix.length()) : "";
            if (value.isEmpty() || (suffix.isEmpty() && value.indexOf(':') >= 0)) {
                return Optional.empty();
            }
            parameters = Map.of(wanted.substring(1, end), decode(value));
        }
        return Optional.of(parameters);
    }

    private static String decode(String segment) throws ProblemException {
        try {
            return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw ProblemException.of(
                    Problem.Kind.BAD_REQUEST, "The path is not percent-encoded as RFC 3986 §2.1 wants it.");
        }
    }
}
