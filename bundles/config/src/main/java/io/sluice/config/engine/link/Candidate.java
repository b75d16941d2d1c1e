package io.sluice.config.engine.link;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A server that a source describes: an outbound object, or why there is none.
 *
 * @param source where it stands, without secrets
 * @param outbound null if it cannot be taken
 * @param refusal null if it can
 */
record Candidate(String source, Map<String, Object> outbound, String refusal) {

    static Candidate of(String source, Map<String, Object> outbound) {
        return new Candidate(source, outbound, null);
    }

    static Candidate refused(String source, String refusal) {
        return new Candidate(source, null, refusal);
    }

    String tag() {
        return Tree.of(outbound).text("tag").orElse("");
    }

    /** The object without its tag: who says the same under another name is the same server. */
    Map<String, Object> meaning() {
        Map<String, Object> meaning = new LinkedHashMap<>(outbound);
        meaning.remove("tag");
        return meaning;
    }

    /** Protocol, address and port. */
    String server() {
        return outbound == null ? "" : server(outbound);
    }

    private static String server(Map<String, Object> object) {
        Tree outbound = Tree.of(object);
        Tree settings = outbound.section("settings");
        List<Tree> listed = settings.sections(settings.map().containsKey("vnext") ? "vnext" : "servers");
        Tree server = listed.isEmpty() ? settings : listed.getFirst();
        String protocol = outbound.text("protocol").orElse("?");
        return server.text("address")
                .map(a -> protocol + " " + (a.indexOf(':') < 0 ? a : "[" + a + "]") + ":"
                        + server.text("port").orElse("?"))
                .orElse(protocol);
    }
}
