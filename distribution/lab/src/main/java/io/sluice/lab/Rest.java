package io.sluice.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A client of the appliance's REST interface, in the network namespace of the calling thread. */
final class Rest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Rest() {}

    /** One request; an answer below 300 or an {@link IllegalStateException}. An object has its ETag as {@code _etag}. */
    static JsonNode request(String token, String method, String path, String body, Map<String, String> headers)
            throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://127.0.0.1:9080/api/v1" + path).toURL().openConnection();
        connection.setConnectTimeout(3_000);
        connection.setReadTimeout(30_000);
        connection.setRequestMethod(method);
        connection.setRequestProperty("Authorization", "Bearer " + token);
        headers.forEach(connection::setRequestProperty);
        if (body != null) {
            connection.setDoOutput(true);
            connection.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
        }
        int status = connection.getResponseCode();
        try (InputStream in = status < 300 ? connection.getInputStream() : connection.getErrorStream()) {
            String text = in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
            if (status >= 300) {
                throw new IllegalStateException(method + " " + path + ": " + status + " " + text);
            }
            JsonNode node = text.isBlank() ? JSON.createObjectNode() : JSON.readTree(text);
            String tag = connection.getHeaderField("ETag");
            if (tag != null && node instanceof ObjectNode object) {
                object.put("_etag", tag);
            }
            return node;
        }
    }
}
