package io.sluice.rest;

import io.sluice.rest.engine.Access;
import io.sluice.rest.engine.Problem;
import io.sluice.rest.engine.Reply;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Writes answers. */
final class Answers {

    private Answers() {}

    static void send(HttpServletRequest request, HttpServletResponse response, Problem problem) throws IOException {
        switch (problem.kind()) {
            case UNAUTHENTICATED -> response.setHeader("WWW-Authenticate", "Bearer realm=\"sluice\""); // RFC 6750 §3
            case TOO_MANY_REQUESTS -> response.setHeader("Retry-After", Long.toString(Access.retryAfterSeconds()));
            case METHOD_NOT_ALLOWED -> response.setHeader("Allow", allowed(problem.detail()));
            default -> {} // the body says it all
        }
        byte[] body = problem.json(request.getRequestURI()).getBytes(StandardCharsets.UTF_8);
        write(request, response, problem.kind().status(), Problem.MEDIA_TYPE, body);
    }

    static void send(HttpServletRequest request, HttpServletResponse response, Reply reply) throws IOException {
        reply.headers().forEach(response::setHeader);
        write(request, response, reply.status(), reply.mediaType(), reply.body());
    }

    private static void write(
            HttpServletRequest request, HttpServletResponse response, int status, String type, byte[] body)
            throws IOException {
        response.setStatus(status);
        if (!type.isEmpty()) {
            response.setContentType(type);
        }
        response.setContentLength(body.length);
        if (!request.getMethod().equals("HEAD")) {
            response.getOutputStream().write(body);
        }
    }

    /** What wrong credentials are answered with; tells nothing about them. */
    static Problem wrongCredentials(Access access) {
        return access.failed()
                ? new Problem(Problem.Kind.UNAUTHENTICATED, "These credentials are not valid.")
                : new Problem(Problem.Kind.TOO_MANY_REQUESTS, "Too many wrong attempts. Wait, or use another way in.");
    }

    /** The detail of a 405 begins with the methods: {@code Only GET, POST can …}. */
    private static String allowed(String detail) {
        return detail.substring("Only ".length(), detail.indexOf(" can "));
    }
}
