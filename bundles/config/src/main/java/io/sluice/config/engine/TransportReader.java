package io.sluice.config.engine;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads what a transport is told: {@code wsSettings}, {@code httpupgradeSettings}, {@code grpcSettings}, {@code rawSettings}. */
final class TransportReader {

    private final Map<String, Object> properties;

    TransportReader(Map<String, Object> properties) {
        this.properties = properties;
    }

    void read(String layer, Section settings) {
        switch (layer) {
            case "websocket" -> {
                http(layer, settings);
                settings.integer("heartbeatPeriod", 0, 86_400)
                        .ifPresent(n -> properties.put("websocket.heartbeatPeriod", n.value()));
                settings.removed("maxEarlyData", "?ed=2048 at the end of path");
                settings.removed("earlyDataHeaderName", "?ed=2048 at the end of path");
                settings.removed("useBrowserForwarding", "a plain \"ws\"");
            }
            case "httpupgrade" -> http(layer, settings);
            case "grpc" -> grpc(settings);
            default -> raw(settings);
        }
        settings.end();
    }

    /** The Host header where nothing else says it: as in Xray the TLS layer's name, then (in the layer) the server's. */
    void hostOf(String layer, Object serverName) {
        if (serverName != null && List.of("websocket", "httpupgrade").contains(layer)) {
            properties.putIfAbsent(layer + ".host", serverName);
        }
        if (serverName != null && layer.equals("grpc")) {
            properties.putIfAbsent("grpc.authority", serverName);
        }
    }

    private void http(String layer, Section settings) {
        text(settings, "path", layer + ".path");
        text(settings, "host", layer + ".host");
        settings.section("headers").ifPresent(h -> {
            List<String> headers = HttpHeaders.read(h, host -> properties.putIfAbsent(layer + ".host", host));
            if (!headers.isEmpty()) {
                properties.put(layer + ".headers", headers.toArray(String[]::new));
            }
        });
        proxyProtocol(settings);
    }

    private void grpc(Section settings) {
        text(settings, "serviceName", "grpc.serviceName");
        text(settings, "authority", "grpc.authority");
        text(settings, "user_agent", "grpc.userAgent");
        settings.flag("multiMode").ifPresent(f -> properties.put("grpc.multiMode", f.value()));
        settings.flag("permit_without_stream").ifPresent(f -> properties.put("grpc.permitWithoutStream", f.value()));
        // Xray: idle_timeout in seconds, 0 is off, at least 10 otherwise; health_check_timeout 20 by default.
        settings.integer("idle_timeout", 0, 86_400).ifPresent(n -> properties.put("grpc.idleTimeout", n.value()));
        settings.integer("health_check_timeout", 0, 86_400)
                .ifPresent(n -> properties.put("grpc.healthCheckTimeout", n.value()));
        // RFC 9113 §6.9.2: a window has at most 2³¹−1 octets.
        settings.integer("initial_windows_size", 0, Integer.MAX_VALUE)
                .ifPresent(n -> properties.put("grpc.initialWindow", n.value()));
    }

    private void raw(Section settings) {
        settings.section("header").ifPresent(h -> {
            Optional<Located<String>> type = h.word("type", List.of("none", "http"));
            if (type.filter(t -> t.value().equals("http")).isPresent()) {
                h.unsupported("streams are not dressed up as HTTP", "write \"none\"", "type");
            }
            h.either("request", "response");
            h.end();
        });
        proxyProtocol(settings);
    }

    private void proxyProtocol(Section settings) {
        if (settings.flag("acceptProxyProtocol").filter(Located::value).isPresent()) {
            settings.unsupported("the PROXY protocol is not read", "set it to false", "acceptProxyProtocol");
        }
    }

    private void text(Section settings, String field, String key) {
        settings.string(field).filter(s -> !s.value().isEmpty()).ifPresent(s -> properties.put(key, s.value()));
    }
}
