package io.sluice.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A gateway that can be measured.
 *
 * @param name what the table calls it
 * @param kind how it is started
 * @param options its own settings, such as {@code mtu=8500} or {@code outbound=direct}
 */
record Contender(String name, Kind kind, Map<String, String> options) {

    /** What a gateway can do; a group that needs more leaves it out. */
    enum Capability {
        UDP,
        /** Clients behind it. */
        LAN,
        /** It has a process whose CPU time and memory are its own. */
        PROCESS
    }

    /** A way of starting one. */
    interface Kind {

        /** Why it cannot be started on this machine, if so. */
        Optional<String> missing();

        Set<Capability> capabilities();

        /**
         * Starts it, so that what goes to {@link Site#TARGETS} passes it.
         *
         * @param folder empty, for its files; its output belongs into {@code log} there
         */
        Gateway start(Site site, Path folder, Map<String, String> options) throws IOException;
    }

    boolean can(Capability capability) {
        return kind.capabilities().contains(capability);
    }

    /** Reads {@code NAME}, {@code NAME=KIND} or {@code NAME=KIND,KEY=VALUE,...}. */
    static Contender parse(String text) {
        int equals = text.indexOf('=');
        String name = equals < 0 ? text : text.substring(0, equals);
        String[] words =
                equals < 0 ? new String[] {name} : text.substring(equals + 1).split(",");
        Kind kind = Kinds.named(words[0]);
        Map<String, String> options = new java.util.TreeMap<>();
        for (int i = 1; i < words.length; i++) {
            String[] pair = words[i].split("=", 2);
            options.put(pair[0], pair.length < 2 ? "" : pair[1]);
        }
        return new Contender(name, kind, options);
    }
}
