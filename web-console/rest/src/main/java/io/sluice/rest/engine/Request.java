package io.sluice.rest.engine;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * A request that was let in.
 *
 * @param path decoded segment by segment is {@code parameters}; this is the path as sent
 * @param parameters what the route's braces matched
 * @param query the query's fields
 * @param ifMatch the field If-Match (RFC 9110 §13.1.1)
 * @param ifNoneMatch the field If-None-Match (RFC 9110 §13.1.2)
 * @param session the secret of the session's cookie, if one was sent
 * @param body at most what the route accepts
 */
public record Request(
        String method,
        String path,
        Map<String, String> parameters,
        Map<String, String> query,
        Optional<String> ifMatch,
        Optional<String> ifNoneMatch,
        Optional<String> session,
        byte[] body) {

    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    public String parameter(String name) {
        return parameters.get(name);
    }

    public String query(String name, String without) {
        return query.getOrDefault(name, without);
    }

    /** A query field as number in a range. */
    public int number(String name, int without, int min, int max) throws ProblemException {
        String text = query.get(name);
        return text == null ? without : (int) number(text, name, min, max);
    }

    /** Text as number in a range. */
    public static long number(String text, String name, long min, long max) throws ProblemException {
        try {
            long value = Long.parseLong(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw ProblemException.of(Problem.Kind.BAD_REQUEST, name + " is not a number.");
        }
        throw ProblemException.of(Problem.Kind.BAD_REQUEST, name + " must be in " + min + "…" + max + ".");
    }
}
