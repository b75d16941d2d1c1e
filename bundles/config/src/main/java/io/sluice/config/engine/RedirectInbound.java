package io.sluice.config.engine;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads what Xray's {@code dokodemo-door} has of its own, as far as it means redirected TCP ({@code followRedirect}), and our {@code capture}: the destinations that
 * are redirected without rules of the administrator's.
 */
final class RedirectInbound implements InboundProtocol {

    @Override
    public List<String> names() {
        return List.of("dokodemo-door", "tunnel");
    }

    @Override
    public String room() {
        return "redirect";
    }

    @Override
    public boolean isLayered() {
        return false;
    }

    @Override
    public boolean read(InboundDraft draft) {
        if (draft.settings().isEmpty()) {
            draft.inbound().missing("settings", "write \"settings\": { \"followRedirect\": true }");
        }
        draft.settings().ifPresent(s -> settings(s, draft.properties()));
        draft.inbound().section("streamSettings").ifPresent(stream -> {
            stream.section("sockopt").ifPresent(options -> {
                options.word("tproxy", List.of("redirect", "off"));
                options.end();
            });
            stream.end();
        });
        return true;
    }

    private static void settings(Section section, Map<String, Object> properties) {
        section.word("network", List.of("tcp"));
        section.noEffect("there are no levels of users", "userLevel", "timeout");
        section.unsupported(
                "the destination is the one that the connection had before it was redirected",
                "remove it, and set \"followRedirect\": true",
                "address",
                "port",
                "portMap",
                "rewriteAddress",
                "rewritePort",
                "allowedNetwork");
        Optional<Located<Boolean>> follow = section.flag("followRedirect");
        if (!section.has("followRedirect")) {
            section.missing("followRedirect", "write \"followRedirect\": true");
        }
        follow.filter(f -> !f.value())
                .ifPresent(f -> section.problems()
                        .add(
                                ProblemCode.NOT_SUPPORTED,
                                f.at(),
                                f.path(),
                                "This inbound takes redirected connections only.",
                                "write true"));
        section.section("capture").ifPresent(c -> capture(c, properties));
    }

    private static void capture(Section capture, Map<String, Object> properties) {
        Values values = new Values(capture.problems());
        properties.put(
                "capture.include", values.networks(capture.strings("include")).toArray(String[]::new));
        if (!capture.has("include")) {
            capture.missing("include", "write e.g. \"include\": [\"0.0.0.0/0\", \"::/0\"]");
        }
        properties.put(
                "capture.exclude", values.networks(capture.strings("exclude")).toArray(String[]::new));
        capture.flag("local").ifPresent(f -> properties.put("capture.local", f.value()));
        capture.flag("forwarded").ifPresent(f -> properties.put("capture.forwarded", f.value()));
        capture.end();
    }
}
