package io.sluice.rest.engine;

import io.sluice.view.Json;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An answer.
 *
 * @param mediaType of the body, or empty with an empty body
 */
public record Reply(int status, String mediaType, byte[] body, Map<String, String> headers) {

    public static final String JSON = "application/json";

    public static Reply json(Object value) {
        return new Reply(200, JSON, Json.compact(value).getBytes(StandardCharsets.UTF_8), Map.of());
    }

    /** {@code {"items":[…]}}. */
    public static Reply items(List<?> items) {
        return json(Map.of("items", items));
    }

    public static Reply empty(int status) {
        return new Reply(status, "", new byte[0], Map.of());
    }

    public Reply with(String header, String value) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put(header, value);
        return new Reply(status, mediaType, body, all);
    }

    public Reply status(int other) {
        return new Reply(other, mediaType, body, headers);
    }
}
