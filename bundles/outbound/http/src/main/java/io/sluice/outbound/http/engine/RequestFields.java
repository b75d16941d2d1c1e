package io.sluice.outbound.http.engine;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What every request says beside where it wants to go. */
final class RequestFields {

    /** Of a connection of HTTP/1.1, or said by HTTP/2 in another way: RFC 9113 §8.2.2, §8.3.1. */
    private static final Set<String> NOT_IN_HTTP2 =
            Set.of("connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade", "te", "host");

    private record Field(String name, String value) {}

    private final List<Field> fields;

    private RequestFields(List<Field> fields) {
        this.fields = List.copyOf(fields);
    }

    /**
     * @param user empty for none
     * @param headers each as {@code Name: value}
     */
    static RequestFields of(String user, String password, List<String> headers) {
        List<Field> all = new ArrayList<>();
        if (!user.isEmpty()) {
            // RFC 7617 §2.1: UTF-8 where the server says nothing else.
            String credentials =
                    Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
            all.add(new Field("Proxy-Authorization", "Basic " + credentials));
        }
        for (String header : headers) {
            int colon = header.indexOf(':');
            all.add(new Field(
                    header.substring(0, colon).strip(),
                    header.substring(colon + 1).strip()));
        }
        return new RequestFields(all);
    }

    /** RFC 9110 §9.3.6. */
    String http1(String authority) {
        StringBuilder head = new StringBuilder("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n");
        fields.forEach(f -> head.append(f.name()).append(": ").append(f.value()).append("\r\n"));
        return head.append("\r\n").toString();
    }

    /** RFC 9113 §8.5: neither scheme nor path. */
    Http2Headers http2(String authority) {
        Http2Headers head = new DefaultHttp2Headers().method("CONNECT").authority(authority);
        for (Field field : fields) {
            String name = field.name().toLowerCase(Locale.ROOT);
            if (!NOT_IN_HTTP2.contains(name)) {
                head.add(name, field.value());
            }
        }
        return head;
    }
}
