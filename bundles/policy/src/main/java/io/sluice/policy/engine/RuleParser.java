package io.sluice.policy.engine;

import io.sluice.api.net.IpPrefix;
import io.sluice.api.net.Network;
import io.sluice.api.net.PortSet;
import io.sluice.api.net.PrefixSet;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Reads one rule of the grammar that the package describes. Used once for a line; every error says its column. */
final class RuleParser {

    private static final String ARROW = "->";
    private static final String FIELDS = "name, network, ip, source, port, sourcePort, domain, inboundTag, user";
    private static final int MAX_PORT = 65_535;

    private final String line;
    private final Set<String> seen = new HashSet<>();
    private String name = "";
    private int networks;
    private PrefixSet addresses;
    private PrefixSet sources;
    private PortSet ports;
    private PortSet sourcePorts;
    private DomainSet domains;
    private final List<String> keywords = new ArrayList<>();
    private final List<NamePattern> patterns = new ArrayList<>();
    private Set<String> inboundTags;
    private Set<String> users;
    private boolean everything;

    private RuleParser(String line) {
        this.line = line;
    }

    static Rule parse(String line) throws RuleSyntaxException {
        return new RuleParser(line).rule();
    }

    private Rule rule() throws RuleSyntaxException {
        int at = skipSpaces(0);
        while (at < line.length() && !line.startsWith(ARROW, at)) {
            int end = at;
            while (end < line.length() && line.charAt(end) != ' ') {
                end++;
            }
            field(at, end);
            at = skipSpaces(end);
        }
        if (at >= line.length()) {
            throw error(line.length(), "the arrow and the target are missing; end the rule with '-> TAG'");
        }
        int from = skipSpaces(at + ARROW.length());
        int to = line.length();
        while (to > from && line.charAt(to - 1) == ' ') {
            to--;
        }
        if (from == to) {
            throw error(from, "the target is missing; write an outbound tag, !reject or !drop");
        }
        int space = line.indexOf(' ', from);
        if (space >= 0 && space < to) {
            throw error(space, "a rule ends with its target; write a space inside a tag as %20");
        }
        Target target = new Target(decode(from, to));
        if (!target.known()) {
            throw error(from, "'" + target.text() + "' is no target; after '!' only reject and drop are known");
        }
        boolean conditions = seen.size() > (seen.contains("name") ? 1 : 0);
        if (everything && conditions) {
            throw error(0, "'*' matches everything, so it stands alone; remove it or the other fields");
        }
        if (!everything && !conditions) {
            throw error(0, "a rule needs a condition; write '*' to match everything");
        }
        return new Rule(
                name,
                line,
                target,
                networks,
                addresses,
                sources,
                ports,
                sourcePorts,
                domains,
                List.copyOf(keywords),
                List.copyOf(patterns),
                inboundTags,
                users);
    }

    private void field(int from, int to) throws RuleSyntaxException {
        if (line.substring(from, to).equals("*")) {
            everything = true;
            return;
        }
        int equals = line.indexOf('=', from);
        if (equals < 0 || equals >= to) {
            throw error(
                    from,
                    "'" + line.substring(from, to) + "' is no field; a field is KEY=VALUE, a target follows '->'");
        }
        String key = line.substring(from, equals);
        if (!seen.add(key)) {
            throw error(from, "the field '" + key + "' is there twice; join its values with commas");
        }
        int value = equals + 1;
        switch (key) {
            case "name" -> name = decode(value, to);
            case "network" -> {
                for (int[] item : items(value, to)) {
                    networks |= 1 << network(item[0], item[1]).ordinal();
                }
            }
            case "ip" -> addresses = prefixes(value, to);
            case "source" -> sources = prefixes(value, to);
            case "port" -> ports = ports(value, to);
            case "sourcePort" -> sourcePorts = ports(value, to);
            case "domain" -> domains(value, to);
            case "inboundTag" -> inboundTags = texts(value, to);
            case "user" -> users = texts(value, to);
            default -> throw error(from, "the field '" + key + "' is not known; the fields are " + FIELDS);
        }
    }

    private Network network(int from, int to) throws RuleSyntaxException {
        return switch (decode(from, to)) {
            case "tcp" -> Network.TCP;
            case "udp" -> Network.UDP;
            case "icmp" -> Network.ICMP;
            default -> throw error(from, "'" + line.substring(from, to) + "' is no network; write tcp, udp or icmp");
        };
    }

    private PrefixSet prefixes(int from, int to) throws RuleSyntaxException {
        List<IpPrefix> prefixes = new ArrayList<>();
        for (int[] item : items(from, to)) {
            try {
                prefixes.add(IpPrefix.parse(decode(item[0], item[1])));
            } catch (IllegalArgumentException e) {
                throw error(item[0], e.getMessage());
            }
        }
        return new PrefixSet(prefixes);
    }

    private PortSet ports(int from, int to) throws RuleSyntaxException {
        List<int[]> ranges = new ArrayList<>();
        for (int[] item : items(from, to)) {
            int dash = line.indexOf('-', item[0]);
            boolean single = dash < 0 || dash >= item[1];
            int first = port(item[0], single ? item[1] : dash);
            int last = single ? first : port(dash + 1, item[1]);
            if (last < first) {
                throw error(item[0], "the range " + first + "-" + last + " is empty; write the lower port first");
            }
            ranges.add(new int[] {first, last});
        }
        return new PortSet(ranges);
    }

    private int port(int from, int to) throws RuleSyntaxException {
        String digits = line.substring(from, to);
        boolean number =
                !digits.isEmpty() && digits.length() <= 5 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!number || Integer.parseInt(digits) > MAX_PORT) {
            throw error(from, "'" + digits + "' is no port; a port is 0 to " + MAX_PORT + ", a range is 1000-2000");
        }
        return Integer.parseInt(digits);
    }

    private void domains(int from, int to) throws RuleSyntaxException {
        List<DomainSet.Entry> names = new ArrayList<>();
        for (int[] item : items(from, to)) {
            String value = decode(item[0], item[1]);
            int colon = value.indexOf(':');
            String kind = colon < 0 ? "keyword" : value.substring(0, colon);
            String rest = value.substring(colon + 1);
            if (rest.isEmpty()) {
                throw error(item[0], "'" + value + "' is empty behind its prefix");
            }
            switch (kind) {
                case "full" -> names.add(new DomainSet.Entry(DomainSet.Kind.FULL, host(rest)));
                case "domain" -> names.add(new DomainSet.Entry(DomainSet.Kind.SUFFIX, host(rest)));
                case "keyword" -> keywords.add(rest.toLowerCase(Locale.ROOT));
                case "regexp" -> {
                    try {
                        patterns.add(new NamePattern(rest));
                    } catch (IllegalArgumentException e) {
                        throw error(item[0], e.getMessage());
                    }
                }
                default ->
                    throw error(item[0], "'" + kind + ":' is not known; write full:, domain:, keyword: or regexp:");
            }
        }
        domains = new DomainSet(names);
    }

    private static String host(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    private Set<String> texts(int from, int to) throws RuleSyntaxException {
        Set<String> texts = new HashSet<>();
        for (int[] item : items(from, to)) {
            texts.add(decode(item[0], item[1]));
        }
        return Set.copyOf(texts);
    }

    /** Begin and end of each value of a list; none may be empty. */
    private List<int[]> items(int from, int to) throws RuleSyntaxException {
        List<int[]> items = new ArrayList<>();
        int start = from;
        while (true) {
            int comma = line.indexOf(',', start);
            int end = comma < 0 || comma > to ? to : comma;
            if (end == start) {
                throw error(start, "a value is missing here");
            }
            items.add(new int[] {start, end});
            if (end == to) {
                return items;
            }
            start = end + 1;
        }
    }

    /** Percent-decoding (RFC 3986 §2.1) of UTF-8. */
    private String decode(int from, int to) throws RuleSyntaxException {
        String raw = line.substring(from, to);
        if (raw.indexOf('%') < 0) {
            return raw;
        }
        byte[] octets = raw.getBytes(StandardCharsets.UTF_8);
        ByteBuffer decoded = ByteBuffer.allocate(octets.length);
        for (int i = 0; i < octets.length; i++) {
            if (octets[i] == '%') {
                int high = i + 2 < octets.length ? Character.digit(octets[i + 1], 16) : -1;
                int low = i + 2 < octets.length ? Character.digit(octets[i + 2], 16) : -1;
                if (high < 0 || low < 0) {
                    throw error(
                            from,
                            "in '" + raw + "' a '%' is not followed by two hexadecimal digits; write %25 for itself");
                }
                decoded.put((byte) (high << 4 | low));
                i += 2;
            } else {
                decoded.put(octets[i]);
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(decoded.flip()).toString();
        } catch (CharacterCodingException e) {
            throw error(from, "'" + raw + "' is not UTF-8 once decoded");
        }
    }

    private int skipSpaces(int at) {
        int next = at;
        while (next < line.length() && line.charAt(next) == ' ') {
            next++;
        }
        return next;
    }

    private RuleSyntaxException error(int index, String message) {
        return new RuleSyntaxException(index + 1, message);
    }
}
