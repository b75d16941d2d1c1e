package io.sluice.rest.engine;

import io.sluice.view.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * An answer that says what went wrong (RFC 9457).
 *
 * @param detail one sentence: what, where, what to do
 * @param errors single faults, e.g. of a configuration
 */
public record Problem(Kind kind, String detail, List<Map<String, Object>> errors) {

    public static final String MEDIA_TYPE = "application/problem+json";

    /** The kinds there are; the name is the stable code. */
    public enum Kind {
        BAD_REQUEST(400, "The request cannot be understood"),
        UNAUTHENTICATED(401, "A token or login is needed"),
        FORBIDDEN(403, "This is not allowed from there"),
        NOT_FOUND(404, "There is nothing here"),
        METHOD_NOT_ALLOWED(405, "This cannot be done with it"),
        CONFLICT(409, "The present state does not allow it"),
        PRECONDITION_FAILED(412, "It has changed in the meantime"),
        TOO_LARGE(413, "The request is too large"),
        MISDIRECTED(421, "This name is not served here"),
        INVALID_CONFIGURATION(422, "The configuration has errors"),
        PRECONDITION_REQUIRED(428, "Say which state you mean to change"),
        TOO_MANY_REQUESTS(429, "Too many attempts"),
        INTERNAL(500, "Something failed inside the appliance"),
        ABSENT(503, "The part that answers this is not active");

        private final int status;
        private final String title;

        Kind(int status, String title) {
            this.status = status;
            this.title = title;
        }

        public int status() {
            return status;
        }

        public String title() {
            return title;
        }

        String path() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    public Problem {
        errors = List.copyOf(errors);
    }

    public Problem(Kind kind, String detail) {
        this(kind, detail, List.of());
    }

    /** The kind that stands for a status that something else chose. */
    public static Kind kindOf(int status) {
        for (Kind kind : Kind.values()) {
            if (kind.status == status) {
                return kind;
            }
        }
        return status < 500 ? Kind.BAD_REQUEST : Kind.INTERNAL;
    }

    /** @param instance the path that was asked for */
    public String json(String instance) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("type", "/api/problems/" + kind.path());
        view.put("title", kind.title);
        view.put("status", kind.status);
        view.put("detail", detail);
        view.put("instance", instance);
        view.put("code", kind.name());
        if (!errors.isEmpty()) {
            view.put("errors", errors);
        }
        return Json.compact(view);
    }
}
