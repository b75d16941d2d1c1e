package io.sluice.config.engine;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A group of outbounds.
 *
 * @param members their tags in order, each where its selector stands
 * @param fallback the tag of the outbound that is used where no member is up
 */
record Balancer(String tag, List<Located<String>> members, Optional<Located<String>> fallback) {

    /** Everybody that a flow may go by. */
    Stream<Located<String>> all() {
        return Stream.concat(members.stream(), fallback.stream());
    }
}
