package io.sluice.config.engine.link;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A server that a source describes: an outbound object, or why there is none.
 *
 * @param source where it stands, without secrets
 * @param outbound null if it cannot be taken
 * @param refusal null if it can
 * @param scope the outbounds that it may go through by their tags
 */
record Candidate(String source, Map<String, Object> outbound, String refusal, Scope scope) {

    /** One configuration: the same tag in another one is another outbound. */
    static final class Scope {

        private final Set<String> leftOut = new HashSet<>();
        private final Set<String> tags = new HashSet<>();

        /** One of a configuration, imported or not. */
        void has(Object outbound) {
            tags.add(Tree.of(outbound).text("tag").orElse(""));
        }

        /** Whether nobody is imported by this tag. An outbound that came alone can only mean those that are here. */
        private boolean lacks(String tag) {
            return leftOut.contains(tag) || !tags.isEmpty() && !tags.contains(tag);
        }

        /** One that goes to no server, or nowhere. Whether that is news. */
        boolean leaveOut(Map<String, Object> outbound) {
            return leftOut.add(tag(outbound));
        }
    }

    static Candidate of(String source, Map<String, Object> outbound, Scope scope) {
        return new Candidate(source, outbound, null, scope);
    }

    static Candidate refused(String source, String refusal) {
        return new Candidate(source, null, refusal, new Scope());
    }

    /** Why it cannot be taken though it is good in itself: what it goes through stays behind, and here another outbound may have that tag. */
    Optional<String> leftBehind() {
        Tree tree = Tree.of(outbound);
        return tree.section("proxySettings")
                .text("tag")
                .filter(scope::lacks)
                .map(t -> through("proxySettings.tag", t))
                .or(() -> tree.section("streamSettings")
                        .section("sockopt")
                        .text("dialerProxy")
                        .filter(scope::lacks)
                        .map(t -> through("streamSettings.sockopt.dialerProxy", t)));
    }

    /** Who goes through one that stays behind stays behind, and whoever goes through him. */
    static void leaveBehind(List<Candidate> all) {
        boolean more = true;
        while (more) {
            more = false;
            for (Candidate candidate : all) {
                more |= candidate.leftBehind().isPresent() && candidate.scope.leaveOut(candidate.outbound);
            }
        }
    }

    private static String through(String field, String tag) {
        return field + ": it goes through '" + tag + "', which is no server and is not imported. (write both into the"
                + " configuration yourself, or remove the field)";
    }

    String tag() {
        return tag(outbound);
    }

    private static String tag(Map<String, Object> outbound) {
        return Tree.of(outbound).text("tag").orElse("");
    }

    /** The object without its tag: who says the same under another name is the same server. */
    Map<String, Object> meaning() {
        return meaning(outbound);
    }

    static Map<String, Object> meaning(Map<String, Object> outbound) {
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
