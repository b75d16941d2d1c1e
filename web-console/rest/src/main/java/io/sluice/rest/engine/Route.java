package io.sluice.rest.engine;

import java.util.Objects;

/**
 * One operation.
 *
 * @param method the HTTP method
 * @param pattern path below {@code /api/v1}; a segment may hold one name in braces, e.g. {@code /generations/{number}:restore}
 * @param maxBody octets of the body at most; more is refused unread
 */
public record Route(String method, String pattern, int maxBody, Action action) {

    /** What an operation does. */
    @FunctionalInterface
    public interface Action {
        Reply answer(Request request) throws ProblemException;
    }

    public Route {
        Objects.requireNonNull(action, "action");
        if (!pattern.startsWith("/")) {
            throw new IllegalArgumentException(pattern + " does not begin with /");
        }
    }

    public static Route get(String pattern, Action action) {
        return new Route("GET", pattern, 0, action);
    }

    public static Route post(String pattern, int maxBody, Action action) {
        return new Route("POST", pattern, maxBody, action);
    }

    public static Route put(String pattern, int maxBody, Action action) {
        return new Route("PUT", pattern, maxBody, action);
    }

    public static Route delete(String pattern, Action action) {
        return new Route("DELETE", pattern, 0, action);
    }
}
