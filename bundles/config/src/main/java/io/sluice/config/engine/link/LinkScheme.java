package io.sluice.config.engine.link;

import java.util.Map;
import java.util.Set;

/** A kind of link. One small class each, named in {@link ShareLinks}' table. */
interface LinkScheme {

    /** In small letters. */
    Set<String> schemes();

    /** The protocols of outbound objects that it stands for, as {@code protocol} has them. */
    Set<String> protocols();

    /**
     * @param link whole, with one of the schemes in small letters
     * @return protocol, settings and perhaps streamSettings; the name is apart
     */
    Shared read(String link) throws LinkException;

    /** @param name for the end of the link; may be empty */
    String print(Tree outbound, String name) throws LinkException;

    /**
     * What a link says.
     *
     * @param name for people; may be empty
     */
    record Shared(String name, Map<String, Object> outbound) {

        static Shared of(String name, String protocol, Tree settings, Tree stream) {
            Tree outbound = Tree.empty().with("protocol", protocol).with("settings", settings.map());
            // Nothing but plain TCP is what it is without a word.
            boolean plain = stream.map().keySet().equals(Set.of("network"))
                    && stream.text("network").filter("raw"::equals).isPresent();
            return new Shared(
                    name,
                    plain
                            ? outbound.map()
                            : outbound.with("streamSettings", stream.map()).map());
        }
    }
}
