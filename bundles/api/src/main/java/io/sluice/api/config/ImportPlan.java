package io.sluice.api.config;

import java.util.List;

/**
 * What taking servers in would do.
 *
 * @param text the configuration with them, comments kept; the one in force if none is new
 * @param entries what became of each server that was described, in order
 */
public record ImportPlan(String text, List<Entry> entries) {

    /** What becomes of a server. */
    public enum Outcome {
        /** It is in the text, under a tag of its own. */
        ADDED,
        /** An outbound that says the same is configured already. */
        PRESENT,
        /** It cannot be taken. */
        REFUSED
    }

    /**
     * A server that was described.
     *
     * @param source where: a link's number or an outbound's place; without secrets
     * @param tag its tag in the text; of the outbound that is there already; empty if refused
     * @param server where it goes to, e.g. {@code vless proxy.example.org:443}; may be empty if refused
     * @param remarks of a refused one why, a field each; of an added one what has no effect
     */
    public record Entry(String source, Outcome outcome, String tag, String server, List<String> remarks) {

        public Entry {
            remarks = List.copyOf(remarks);
        }
    }

    public ImportPlan {
        entries = List.copyOf(entries);
    }

    public List<Entry> with(Outcome outcome) {
        return entries.stream().filter(e -> e.outcome() == outcome).toList();
    }
}
