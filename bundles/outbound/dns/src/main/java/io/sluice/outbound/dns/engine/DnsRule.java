package io.sluice.outbound.dns.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One rule; see {@link DnsRules}.
 *
 * @param rcode of {@link Action#RETURN}
 * @param types first and last of each range; none for all
 * @param names none for all
 */
record DnsRule(Action action, int rcode, List<int[]> types, List<Name> names) {

    /** RFC 6895 §2.3 with EDNS: 12 bits. */
    private static final int MAX_RCODE = 4_095;

    private static final int MAX_TYPE = 65_535;

    enum Action {
        DIRECT,
        DROP,
        RETURN,
        HIJACK
    }

    /** @param text in lower case */
    record Name(Kind kind, String text) {

        enum Kind {
            FULL,
            DOMAIN,
            KEYWORD
        }

        boolean takes(String name) {
            return switch (kind) {
                case FULL -> name.equals(text);
                case DOMAIN ->
                    name.endsWith(text)
                            && (name.length() == text.length()
                                    || name.charAt(name.length() - text.length() - 1) == '.');
                case KEYWORD -> name.contains(text);
            };
        }
    }

    static DnsRule parse(String line) {
        String[] words = line.strip().split(" +");
        String[] action = words[0].split("=", 2);
        List<int[]> types = new ArrayList<>();
        List<Name> names = new ArrayList<>();
        for (int i = 1; i < words.length; i++) {
            String[] condition = words[i].split("=", 2);
            for (String value : condition.length < 2 ? new String[0] : condition[1].split(",")) {
                switch (condition[0]) {
                    case "type" -> types.add(range(line, value));
                    case "domain" -> names.add(name(line, value));
                    default -> throw bad(line, "'" + condition[0] + "' is no condition; write type or domain");
                }
            }
            if (condition.length < 2) {
                throw bad(line, "'" + words[i] + "' has no value");
            }
        }
        return new DnsRule(
                action(line, action[0]),
                action.length < 2 ? 0 : number(line, action[1], MAX_RCODE),
                List.copyOf(types),
                List.copyOf(names));
    }

    private static Action action(String line, String word) {
        return switch (word) {
            case "direct" -> Action.DIRECT;
            case "drop" -> Action.DROP;
            case "return" -> Action.RETURN;
            case "hijack" -> Action.HIJACK;
            default -> throw bad(line, "'" + word + "' is no action; write direct, drop, return or hijack");
        };
    }

    private static int[] range(String line, String text) {
        String[] ends = text.split("-", 2);
        return new int[] {number(line, ends[0], MAX_TYPE), number(line, ends[ends.length - 1], MAX_TYPE)};
    }

    private static int number(String line, String text, int most) {
        if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > most) {
            throw bad(line, "'" + text + "' is no number from 0 to " + most);
        }
        return Integer.parseInt(text);
    }

    private static Name name(String line, String text) {
        String[] parts = text.toLowerCase(Locale.ROOT).split(":", 2);
        return switch (parts.length < 2 ? "" : parts[0]) {
            case "full" -> new Name(Name.Kind.FULL, parts[1]);
            case "domain" -> new Name(Name.Kind.DOMAIN, parts[1]);
            case "keyword" -> new Name(Name.Kind.KEYWORD, parts[1]);
            default -> throw bad(line, "'" + text + "' is no name; write full:, domain: or keyword: before it");
        };
    }

    private static IllegalArgumentException bad(String line, String sentence) {
        return new IllegalArgumentException("the rule '" + line + "' cannot be used: " + sentence);
    }

    boolean takes(Query query) {
        return (types.isEmpty() || types.stream().anyMatch(t -> t[0] <= query.type() && query.type() <= t[1]))
                && (names.isEmpty() || names.stream().anyMatch(n -> n.takes(query.name())));
    }
}
