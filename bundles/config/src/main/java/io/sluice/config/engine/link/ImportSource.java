package io.sluice.config.engine.link;

import io.sluice.config.engine.JsonValues;
import io.sluice.config.engine.link.Candidate.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds the servers in a text: JSON, links a line each, or base64 of either. */
final class ImportSource {

    /** Ours: subscriptions have some hundred; each is a component of the appliance. */
    static final int MAX_SERVERS = 1_000;

    /** Outbounds that go to no server: everybody has his own. */
    private static final Set<String> SERVERLESS = Set.of("freedom", "direct", "blackhole", "block", "dns", "loopback");

    private final String name;
    private final List<Candidate> found = new ArrayList<>();

    private ImportSource(String name) {
        this.name = name;
    }

    static List<Candidate> read(String name, String text) {
        ImportSource source = new ImportSource(name);
        source.text(text.startsWith("\uFEFF") ? text.substring(1) : text, true);
        return source.found.size() <= MAX_SERVERS
                ? source.found
                : List.of(Candidate.refused(
                        name,
                        "it describes " + source.found.size() + " servers; at most " + MAX_SERVERS + " are taken"));
    }

    private void text(String text, boolean mayBeEncoded) {
        String body = text.strip();
        if (JsonValues.begin(body)) {
            json(body);
            return;
        }
        List<String> lines = body.lines().map(String::strip).toList();
        if (lines.stream().anyMatch(ShareLinks::isLink)) {
            links(lines);
            return;
        }
        Optional<String> decoded = mayBeEncoded ? LinkText.base64(body).filter(d -> !d.isBlank()) : Optional.empty();
        if (decoded.isPresent()) {
            text(decoded.get(), false);
        } else if (lines.stream().anyMatch(l -> l.startsWith("proxies:"))) {
            refuse(name, "it is a configuration of Clash (YAML); export links or an Xray JSON instead");
        } else {
            refuse(name, body.isEmpty() ? "it is empty" : "it holds neither links nor JSON");
        }
    }

    private void refuse(String where, String why) {
        found.add(Candidate.refused(where, why));
    }

    private void links(List<String> lines) {
        int number = 0;
        boolean only = lines.size() == 1;
        for (String line : lines) {
            number++;
            if (line.isEmpty() || line.startsWith("#") || line.startsWith("//")) {
                continue;
            }
            String where = only ? name : name + ", line " + number;
            try {
                found.add(Candidate.of(where, ShareLinks.outbound(line), new Scope()));
            } catch (LinkException e) {
                refuse(where, e.getMessage());
            }
        }
    }

    private void json(String text) {
        Object root;
        try {
            root = JsonValues.read(text);
        } catch (IllegalArgumentException e) {
            refuse(name, "its JSON is broken at " + e.getMessage());
            return;
        }
        if (root instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                object(list.get(i), "[" + i + "]");
            }
        } else {
            object(root, "");
        }
        if (found.isEmpty()) {
            refuse(name, "there is no outbound in it that goes to a server");
        }
    }

    /** A configuration, or an outbound by itself. */
    private void object(Object object, String at) {
        Tree tree = Tree.of(object);
        if (tree.map().get("outbounds") instanceof List<?> outbounds) {
            Scope scope = new Scope();
            outbounds.forEach(scope::has);
            for (int i = 0; i < outbounds.size(); i++) {
                outbound(outbounds.get(i), at + (at.isEmpty() ? "" : ".") + "outbounds[" + i + "]", scope);
            }
        } else if (tree.map().containsKey("protocol")) {
            outbound(object, at, new Scope());
        } else if (tree.map().containsKey("type")) {
            refuse(where(at), "it is an outbound of sing-box; export links or an Xray JSON instead");
        } else {
            refuse(where(at), "it is neither a configuration with outbounds nor an outbound");
        }
    }

    private void outbound(Object object, String at, Scope scope) {
        Map<String, Object> outbound = Tree.of(object).map();
        String protocol = Tree.of(object).text("protocol").orElse("");
        if (protocol.isEmpty()) {
            scope.leaveOut(outbound);
            refuse(
                    where(at),
                    outbound.containsKey("type")
                            ? "it is an outbound of sing-box; export links or an Xray JSON instead"
                            : "protocol: there is none");
        } else if (SERVERLESS.contains(protocol)) {
            scope.leaveOut(outbound);
        } else {
            found.add(Candidate.of(where(at), outbound, scope));
        }
    }

    private String where(String at) {
        return at.isEmpty() ? name : name + ", " + at;
    }
}
