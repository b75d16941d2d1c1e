package io.sluice.config.engine;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One compiled rule. Values of one condition are alternatives; all conditions have to hold.
 *
 * @param name for people
 * @param conditions in the order of {@link Condition}; none matches everything
 * @param outbound tag
 */
record Rule(Optional<String> name, Map<Condition, List<String>> conditions, String outbound) {

    /** What a rule can ask of a flow. */
    enum Condition {
        NETWORK("network"),
        IP("ip"),
        SOURCE("source"),
        PORT("port"),
        SOURCE_PORT("sourcePort"),
        DOMAIN("domain"),
        INBOUND_TAG("inboundTag"),
        USER("user");

        private final String key;

        Condition(String key) {
            this.key = key;
        }
    }

    Rule {
        conditions = new EnumMap<>(conditions);
    }

    /** {@code name=x network=tcp port=443 -> proxy}. */
    String line() {
        List<String> words = new ArrayList<>();
        name.ifPresent(n -> words.add("name=" + encoded(n)));
        conditions.forEach((c, values) ->
                words.add(c.key + "=" + values.stream().map(Rule::encoded).collect(Collectors.joining(","))));
        words.add("->");
        words.add(encoded(outbound));
        return String.join(" ", words);
    }

    /** Space, comma, {@code >} and the percent sign itself would end a value or the line's left side. */
    private static String encoded(String value) {
        StringBuilder encoded = new StringBuilder();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c <= ' ' || c == ',' || c == '>' || c == '%' || c == 0x7f) {
                encoded.append(String.format("%%%02X", (int) c));
            } else {
                encoded.append(c);
            }
        }
        return encoded.toString();
    }
}
