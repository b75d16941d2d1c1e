package io.sluice.config.engine;

import io.sluice.api.net.PrivateHosts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Reads the values of a rule's conditions in Xray's forms. */
final class RuleValues {

    /** What policy takes: four times the longest name (253, RFC 1035 §2.3.4). */
    private static final int LONGEST_REGEXP = 1_024;

    private static final List<String> GEO = List.of("geosite:", "geoip:", "ext:", "ext-ip:", "ext-domain:");

    private final Problems problems;
    private final Values values;

    RuleValues(Problems problems) {
        this.problems = problems;
        this.values = new Values(problems);
    }

    /** CIDR prefixes and addresses; {@code geoip:private} is spelled out, as {@link PrivateHosts} has it. */
    List<String> addresses(List<Located<String>> texts) {
        List<String> prefixes = new ArrayList<>();
        for (Located<String> text : texts) {
            if (text.value().equals("geoip:private")) {
                PrivateHosts.PREFIXES.forEach(p -> prefixes.add(p.toString()));
            } else if (text.value().startsWith("!")) {
                problems.add(
                        ProblemCode.NOT_SUPPORTED,
                        text.at(),
                        text.path(),
                        "A condition cannot be turned round with '!'.",
                        "write a rule for the addresses themselves before this one");
            } else if (!geo(text, "write the prefixes themselves, e.g. 192.0.2.0/24")) {
                values.prefix(text).ifPresent(p -> prefixes.add(p.network().toString()));
            }
        }
        return prefixes;
    }

    /** Names of networks in any case, in lower case. */
    List<String> networks(Section section, List<String> known) {
        List<String> networks = new ArrayList<>();
        for (Located<String> network : section.strings("network")) {
            String lower = network.value().toLowerCase(Locale.ROOT);
            if (known.contains(lower)) {
                networks.add(lower);
            } else {
                problems.add(
                        ProblemCode.UNKNOWN_VALUE,
                        network.at(),
                        network.path(),
                        "'" + network.value() + "' is not a network.",
                        Nearest.suggestion(network.value(), known));
            }
        }
        return networks;
    }

    /** A number, a string "53,1000-2000", or (as Xray reads it too) an array of both. */
    List<String> ports(Section section, String field) {
        List<Located<String>> texts = new ArrayList<>();
        Optional<Json> written = section.any(field);
        if (written.orElse(null) instanceof Json.Num(Place at, String literal)) {
            texts.add(new Located<>(literal, at, section.path(field)));
        } else if (written.isPresent()) {
            texts.addAll(section.strings(field));
        }
        return texts.stream()
                .flatMap(t -> values.ports(t).stream())
                .map(PortRange::toString)
                .toList();
    }

    List<String> domains(List<Located<String>> texts) {
        List<String> domains = new ArrayList<>();
        for (Located<String> text : texts) {
            if (!geo(text, "write the domains themselves, e.g. domain:example.org")) {
                domain(text).ifPresent(domains::add);
            }
        }
        return domains;
    }

    private boolean geo(Located<String> text, String suggestion) {
        boolean geo = GEO.stream().anyMatch(text.value()::startsWith);
        if (geo) {
            problems.add(
                    ProblemCode.NO_GEO_DATA,
                    text.at(),
                    text.path(),
                    "'" + text.value() + "' needs geo data, which is not to be had here yet.",
                    suggestion);
        }
        return geo;
    }

    private Optional<String> domain(Located<String> text) {
        int colon = text.value().indexOf(':');
        String kind = colon < 0 ? "keyword" : text.value().substring(0, colon);
        String value = text.value().substring(colon + 1);
        return switch (kind) {
            case "full", "domain" -> name(text, kind, value);
            case "keyword" -> keyword(text, value);
            case "regexp" -> regexp(text, value);
            case "dotless" ->
                value.contains(".") ? bad(text, value) : regexp(text, "^[^.]*" + Pattern.quote(value) + "[^.]*$");
            default -> {
                List<String> kinds = List.of("full", "domain", "keyword", "regexp", "dotless");
                problems.add(
                        ProblemCode.UNKNOWN_VALUE,
                        text.at(),
                        text.path(),
                        "'" + kind + ":' is not a kind of domain condition.",
                        Nearest.suggestion(kind, kinds));
                yield Optional.empty();
            }
        };
    }

    private Optional<String> name(Located<String> text, String kind, String value) {
        String lower = value.toLowerCase(Locale.ROOT);
        return Values.domain(lower) ? Optional.of(kind + ":" + lower) : bad(text, value);
    }

    private Optional<String> keyword(Located<String> text, String value) {
        boolean good = !value.isEmpty() && value.codePoints().noneMatch(c -> c <= ' ' || c == '/' || c == ':');
        return good ? Optional.of("keyword:" + value.toLowerCase(Locale.ROOT)) : bad(text, value);
    }

    private Optional<String> bad(Located<String> text, String value) {
        problems.add(
                ProblemCode.BAD_DOMAIN,
                text.at(),
                text.path(),
                "'" + value + "' is not a domain name or a part of one.",
                "write e.g. domain:example.org, without scheme and path");
        return Optional.empty();
    }

    private Optional<String> regexp(Located<String> text, String value) {
        if (value.length() > LONGEST_REGEXP) {
            problems.add(
                    ProblemCode.BAD_REGEXP,
                    text.at(),
                    text.path(),
                    "The regular expression has " + value.length() + " characters; at most " + LONGEST_REGEXP
                            + " are allowed.",
                    "write several, or use domain: and full:");
            return Optional.empty();
        }
        try {
            Pattern.compile(value);
            return Optional.of("regexp:" + value);
        } catch (PatternSyntaxException e) {
            problems.add(
                    ProblemCode.BAD_REGEXP,
                    text.at(),
                    text.path(),
                    "'" + value + "' is not a regular expression: " + e.getDescription() + ".",
                    "see java.util.regex.Pattern");
            return Optional.empty();
        } catch (StackOverflowError e) {
            problems.add(
                    ProblemCode.BAD_REGEXP, text.at(), text.path(), "The regular expression is nested too deeply.");
            return Optional.empty();
        }
    }
}
