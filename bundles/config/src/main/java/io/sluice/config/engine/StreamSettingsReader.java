package io.sluice.config.engine;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Reads Xray's {@code streamSettings} as it is written: which layers a stream is made of, and what each is told.
 *
 * <p>They become properties with the layer's name before them ({@code tls.serverName}, {@code websocket.path}), and for each layer a target of the
 * component's reference, which must then be there: {@code security.target}, {@code transport.target} and their
 * {@code .cardinality.minimum}.
 */
final class StreamSettingsReader {

    /** Xray's methods and their older names → our layer; empty is plain TCP. */
    private static final Map<String, String> METHODS = Map.of(
            "raw", "",
            "tcp", "",
            "ws", "websocket",
            "websocket", "websocket",
            "httpupgrade", "httpupgrade",
            "grpc", "grpc");

    private static final List<String> METHOD_WORDS = List.of(
            "raw", "tcp", "ws", "websocket", "httpupgrade", "grpc", "xhttp", "splithttp", "kcp", "mkcp", "hysteria");

    /** Which of the sections belongs to which layer. */
    private static final Map<String, String> SECTIONS = Map.of(
            "wsSettings", "websocket",
            "httpupgradeSettings", "httpupgrade",
            "grpcSettings", "grpc",
            "rawSettings", "",
            "tcpSettings", "");

    private final Section stream;
    private final Map<String, Object> properties;

    StreamSettingsReader(Section stream, Map<String, Object> properties) {
        this.stream = stream;
        this.properties = properties;
    }

    /** Of an outbound. The caller ends the section. */
    void client() {
        read(true, List.of());
    }

    /**
     * Of an inbound. The caller ends the section.
     *
     * @param applications as {@link InboundProtocol#applications()}
     */
    void server(List<String> applications) {
        read(false, applications);
    }

    private void read(boolean client, List<String> applications) {
        Optional<String> layer = layer();
        boolean tls = security();
        TransportReader transport = new TransportReader(properties);
        SECTIONS.forEach((section, owner) -> {
            if (layer.isPresent() && layer.get().equals(owner)) {
                stream.section(section).ifPresent(s -> transport.read(owner, s));
            } else {
                stream.noEffect("it is of another method than this stream's", section);
            }
        });
        if (tls) {
            new TlsReader(stream.section("tlsSettings"), properties).read(layer.orElse(""), applications);
        } else {
            stream.noEffect("security is not \"tls\"", "tlsSettings");
        }
        if (client) {
            layer.ifPresent(l -> transport.hostOf(l, properties.get("tls.serverName")));
        }
        stream.section("sockopt").ifPresent(s -> new SocketOptionsReader(s, properties).read(client));
        absences();
    }

    private Optional<String> layer() {
        String field = stream.either("method", "network");
        Optional<Located<String>> written = stream.string(field);
        if (written.filter(w -> List.of("h2", "h3", "http", "quic").contains(lower(w)))
                .isPresent()) {
            removed(written.get(), "\"grpc\", \"ws\" or \"httpupgrade\"");
            return Optional.empty();
        }
        Optional<Located<String>> word = written.flatMap(w -> stream.word(field, METHOD_WORDS));
        if (written.isPresent() && word.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> layer =
                Optional.ofNullable(METHODS.get(word.map(Located::value).orElse("raw")));
        if (layer.isEmpty()) {
            absent(word.get(), "write \"raw\", \"ws\", \"httpupgrade\" or \"grpc\"");
        }
        layer.filter(l -> !l.isEmpty()).ifPresent(l -> target("transport", l));
        return layer;
    }

    private boolean security() {
        Optional<Located<String>> word = stream.string("security");
        switch (word.map(StreamSettingsReader::lower).orElse("")) {
            case "", "none" -> {}
            case "tls" -> {
                target("security", "tls");
                return true;
            }
            case "xtls" -> removed(word.get(), "\"tls\"");
            case "reality" -> absent(word.get(), "write \"tls\", or use a server that speaks it");
            default -> stream.word("security", List.of("none", "tls", "reality"));
        }
        return false;
    }

    /** Xray takes these words in any case. */
    private static String lower(Located<String> word) {
        return word.value().toLowerCase(Locale.ROOT);
    }

    private void target(String reference, String layer) {
        properties.put(reference + ".target", "(transport.layer=" + layer + ")");
        properties.put(reference + ".cardinality.minimum", 1);
    }

    private void removed(Located<String> word, String replacement) {
        stream.problems()
                .add(
                        ProblemCode.REMOVED_FIELD,
                        word.at(),
                        word.path(),
                        "'" + word.value() + "' was removed from Xray's configuration.",
                        "use " + replacement);
    }

    private void absent(Located<String> word, String suggestion) {
        stream.problems()
                .add(
                        ProblemCode.NOT_SUPPORTED,
                        word.at(),
                        word.path(),
                        "'" + word.value() + "' is not to be had here yet.",
                        suggestion);
    }

    private void absences() {
        stream.unsupported(
                "this layer does not exist here yet",
                "remove it",
                "realitySettings",
                "xhttpSettings",
                "splithttpSettings",
                "kcpSettings",
                "hysteriaSettings",
                "finalmask");
        stream.unsupported("one connection carries both directions", "remove it", "address", "port");
        stream.removed("httpSettings", "grpcSettings, wsSettings or httpupgradeSettings");
        stream.removed("quicSettings", "grpcSettings, wsSettings or httpupgradeSettings");
        stream.removed("xtlsSettings", "tlsSettings");
        stream.removed("dsSettings", "rawSettings");
    }

    /** Of an outbound or inbound that stands on no layers: what means nothing more than that is read, the rest refused. */
    static void plain(Section stream) {
        String method = stream.either("network", "method");
        plain(stream, method, List.of("tcp", "raw"));
        plain(stream, "security", List.of("none", ""));
        stream.unsupported(
                "it speaks plain TCP and UDP",
                "remove it",
                "tlsSettings",
                "realitySettings",
                "wsSettings",
                "grpcSettings",
                "xhttpSettings",
                "splithttpSettings",
                "kcpSettings",
                "httpupgradeSettings",
                "hysteriaSettings",
                "finalmask",
                "rawSettings",
                "tcpSettings");
    }

    /** Of one whose sockets cannot be set one by one. */
    static void noOptions(Section stream) {
        stream.unsupported(
                "its sockets are bound like all others", "set egress.interface and egress.mark at the root", "sockopt");
    }

    private static void plain(Section stream, String field, List<String> plain) {
        Optional<Located<String>> word = stream.string(field);
        if (word.isPresent() && !plain.contains(word.get().value())) {
            stream.problems()
                    .add(
                            ProblemCode.NOT_SUPPORTED,
                            word.get().at(),
                            word.get().path(),
                            "'" + word.get().value() + "' is not to be had here yet.",
                            "write \"" + plain.getFirst() + "\"");
        }
    }
}
