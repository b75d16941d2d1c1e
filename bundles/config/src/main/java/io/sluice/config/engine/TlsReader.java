package io.sluice.config.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads Xray's {@code tlsSettings}. Keys appear in no message. */
final class TlsReader {

    /** SHA-256 has 32 octets. */
    private static final Pattern FINGERPRINT = Pattern.compile("[0-9a-f]{64}");

    private static final List<String> VERSIONS = List.of("1.0", "1.1", "1.2", "1.3");

    private static final Map<String, String> CURVES = Map.of(
            "x25519", "x25519",
            "curvep256", "secp256r1",
            "curvep384", "secp384r1",
            "curvep521", "secp521r1");

    private final Optional<Section> settings;
    private final Map<String, Object> properties;

    private int identities;

    TlsReader(Optional<Section> settings, Map<String, Object> properties) {
        this.settings = settings;
        this.properties = properties;
    }

    /**
     * @param transport the layer above, which decides the application protocol where nobody else does
     * @param applications what decides where there is no transport
     */
    void read(String transport, List<String> applications) {
        settings.ifPresent(this::read);
        // As in Xray: gRPC is HTTP/2, whatever is written, and the other two upgrade an HTTP/1.1 request.
        List<String> written = properties.get("tls.alpn") instanceof String[] names ? List.of(names) : List.of();
        if (transport.equals("grpc") ? !written.contains("h2") : written.isEmpty()) {
            List<String> added = switch (transport) {
                case "" -> applications;
                case "grpc" -> List.of("h2");
                default -> List.of("http/1.1");
            };
            added.forEach(name -> append("tls.alpn", name));
        }
    }

    private void read(Section tls) {
        tls.string("serverName")
                .filter(s -> !s.value().isEmpty())
                .ifPresent(s -> properties.put("tls.serverName", s.value()));
        strings("tls.alpn", tls.strings("alpn"));
        version(tls, "minVersion");
        version(tls, "maxVersion");
        tls.string("cipherSuites")
                .filter(s -> !s.value().isEmpty())
                .ifPresent(s -> properties.put("tls.cipherSuites", s.value().split(":")));
        curves(tls);
        tls.flag("enableSessionResumption").ifPresent(f -> properties.put("tls.sessionResumption", f.value()));
        tls.flag("disableSystemRoot").ifPresent(f -> properties.put("tls.disableSystemRoot", f.value()));
        tls.flag("rejectUnknownSni").ifPresent(f -> properties.put("tls.rejectUnknownSni", f.value()));
        pins(tls);
        strings("tls.verifyNames", tls.strings("verifyPeerCertByName"));
        tls.sections("certificates").forEach(this::certificate);
        if (identities > 0) {
            properties.put("tls.identities", identities);
        }
        absences(tls);
        tls.end();
    }

    private static void absences(Section tls) {
        if (tls.flag("allowInsecure").filter(Located::value).isPresent()) {
            tls.removed("allowInsecure", "pinnedPeerCertSha256 with the fingerprint of the server's certificate");
        }
        tls.removed("pinnedPeerCertificateChainSha256", "pinnedPeerCertSha256");
        tls.removed("pinnedPeerCertificatePublicKeySha256", "pinnedPeerCertSha256");
        tls.removed("verifyPeerCertInNames", "verifyPeerCertByName");
        tls.removed("preferServerCipherSuites", "cipherSuites");
        if (tls.flag("disableSessionResumption").filter(Located::value).isPresent()) {
            tls.removed("disableSessionResumption", "enableSessionResumption");
        }
        if (tls.string("fingerprint")
                .filter(f -> !f.value().isEmpty() && !f.value().equals("unsafe"))
                .isPresent()) {
            tls.noEffect("the ClientHello is this appliance's own, it imitates no browser", "fingerprint");
        }
        for (String field : List.of("echConfigList", "echServerKeys", "echForceQuery", "masterKeyLog")) {
            if (tls.string(field).filter(f -> !f.value().isEmpty()).isPresent()) {
                tls.unsupported(
                        field.startsWith("ech")
                                ? "the server's name would travel in the clear all the same"
                                : "keys are written nowhere",
                        "remove it",
                        field);
            }
        }
        tls.unsupported("there is no encrypted ClientHello", "remove it", "echSockopt");
    }

    private void strings(String key, List<Located<String>> values) {
        String[] present =
                values.stream().map(Located::value).filter(v -> !v.isEmpty()).toArray(String[]::new);
        if (present.length > 0) {
            properties.put(key, present);
        }
    }

    private void version(Section tls, String field) {
        Optional<Located<String>> version =
                tls.string(field).filter(v -> !v.value().isEmpty()).flatMap(_ -> tls.word(field, VERSIONS));
        if (version.filter(v -> v.value().compareTo("1.2") < 0).isPresent()) {
            Located<String> old = version.get();
            if (field.equals("maxVersion")) {
                tls.problems()
                        .add(
                                ProblemCode.NOT_SUPPORTED,
                                old.at(),
                                old.path(),
                                "TLS " + old.value() + " is broken (RFC 8996) and not spoken here.",
                                "write \"1.3\"");
            } else {
                tls.noEffect("TLS below 1.2 is not spoken here (RFC 8996)", field);
            }
        } else {
            version.ifPresent(v -> properties.put("tls." + field, v.value()));
        }
    }

    private void curves(Section tls) {
        List<String> known = new ArrayList<>();
        for (Located<String> curve : tls.strings("curvePreferences")) {
            String ours = CURVES.get(curve.value().toLowerCase(Locale.ROOT));
            if (ours != null) {
                known.add(ours);
            } else if (!curve.value().isEmpty()) {
                tls.problems()
                        .add(
                                ProblemCode.NO_EFFECT,
                                curve.at(),
                                curve.path(),
                                "The curve '" + curve.value() + "' is not to be had here, so it is not offered.",
                                "remove it");
            }
        }
        if (!known.isEmpty()) {
            properties.put("tls.curves", known.toArray(String[]::new));
        }
    }

    private void pins(Section tls) {
        List<String> pins = new ArrayList<>();
        for (Located<String> pin : tls.strings("pinnedPeerCertSha256")) {
            String hex = pin.value().replace(":", "").toLowerCase(Locale.ROOT);
            if (FINGERPRINT.matcher(hex).matches()) {
                pins.add(hex);
            } else if (!hex.isEmpty()) {
                tls.problems()
                        .add(
                                ProblemCode.BAD_FINGERPRINT,
                                pin.at(),
                                pin.path(),
                                "'" + pin.value() + "' is not the SHA-256 of a certificate.",
                                "write 64 hexadecimal digits, as openssl x509 -fingerprint -sha256 does");
            }
        }
        if (!pins.isEmpty()) {
            properties.put("tls.pinned", pins.toArray(String[]::new));
        }
    }

    /** A certificate with its key to show, or one to trust; from files, or line by line in the configuration. */
    private void certificate(Section certificate) {
        String usage = certificate
                .word("usage", List.of("encipherment", "verify", "issue"))
                .map(Located::value)
                .orElse("encipherment");
        Optional<String> file =
                certificate.string("certificateFile").map(Located::value).filter(s -> !s.isEmpty());
        Optional<String> lines = lines(certificate.strings("certificate"));
        Optional<String> keyFile =
                certificate.string("keyFile").map(Located::value).filter(s -> !s.isEmpty());
        List<Located<String>> keyLines = certificate.strings("key");
        keyLines.forEach(l -> Passwords.uncovered(Optional.of(l), certificate.problems()));
        Optional<String> key = lines(keyLines);
        certificate.noEffect("no OCSP answer is stapled", "ocspStapling");
        certificate.noEffect("files are read when the component becomes active", "oneTimeLoading");
        certificate.noEffect("a certificate is sent with the chain that its file has", "buildChain");
        if (file.isEmpty() && lines.isEmpty()) {
            certificate.missing("certificateFile", "write \"certificateFile\": \"/etc/…/fullchain.pem\"");
        }
        switch (usage) {
            case "issue" ->
                certificate.unsupported("certificates are not issued on the way", "use \"encipherment\"", "usage");
            case "verify" -> trust(file, lines);
            default -> {
                if (keyFile.isEmpty() && key.isEmpty()) {
                    certificate.missing("keyFile", "write \"keyFile\": \"/etc/…/privkey.pem\"");
                }
                String prefix = "tls.identity." + identities++ + ".";
                file.ifPresent(f -> properties.put(prefix + "certificateFile", f));
                lines.ifPresent(l -> properties.put(prefix + "certificate", l));
                keyFile.ifPresent(f -> properties.put(prefix + "keyFile", f));
                key.ifPresent(k -> properties.put("." + prefix + "key", k));
            }
        }
        certificate.end();
    }

    private void trust(Optional<String> file, Optional<String> lines) {
        file.ifPresent(f -> append("tls.trustFiles", f));
        lines.ifPresent(l -> append("tls.trust", l));
    }

    private void append(String key, String value) {
        List<String> values =
                new ArrayList<>(properties.get(key) instanceof String[] before ? List.of(before) : List.of());
        values.add(value);
        properties.put(key, values.toArray(String[]::new));
    }

    private static Optional<String> lines(List<Located<String>> lines) {
        return lines.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        String.join("\n", lines.stream().map(Located::value).toList()) + "\n");
    }
}
