package io.sluice.config.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Xray's {@code dns}: which queries go to which server; with its newer {@code rules}, or {@code nonIPQuery} and {@code blockTypes} of before. */
final class DnsProtocol implements OutboundProtocol {

    private static final List<String> NETWORKS = List.of("tcp", "udp");
    private static final List<String> ACTIONS = List.of("direct", "drop", "return", "hijack");
    private static final List<String> KINDS = List.of("full", "domain", "keyword");

    /** RFC 6895 §2.3: 12 bits with EDNS. */
    private static final int MAX_RCODE = 4_095;

    private static final int MAX_TYPE = 65_535;

    @Override
    public List<String> names() {
        return List.of("dns");
    }

    @Override
    public String type() {
        return "dns";
    }

    @Override
    public boolean isLayered() {
        return false;
    }

    @Override
    public boolean dials() {
        return true;
    }

    @Override
    public boolean read(OutboundDraft draft) {
        draft.settings().ifPresent(s -> settings(s, draft));
        return true;
    }

    private static void settings(Section settings, OutboundDraft draft) {
        String network = settings.either("network", "rewriteNetwork");
        settings.string(network)
                .filter(n -> !n.value().isEmpty())
                .flatMap(_ -> settings.word(network, NETWORKS))
                .ifPresent(n -> draft.properties().put("network", n.value()));
        settings.string(settings.either("address", "rewriteAddress"))
                .filter(a -> !a.value().isEmpty())
                .flatMap(a -> draft.values().host(a))
                .ifPresent(a -> draft.properties().put("address", a));
        settings.integer(settings.either("port", "rewritePort"), 0, MAX_TYPE)
                .filter(p -> p.value() > 0)
                .ifPresent(p -> draft.properties().put("port", p.value()));
        settings.noEffect("there are no levels", "userLevel");
        boolean older = settings.has("nonIPQuery") || settings.has("blockTypes");
        List<String> rules = older ? older(settings) : rules(settings, draft);
        if (older && settings.has("rules")) {
            settings.unsupported("nonIPQuery and blockTypes say it already", "remove one of them", "rules");
        }
        if (!rules.isEmpty()) {
            draft.properties().put("rules", rules.toArray(String[]::new));
        }
    }

    /** As Xray reads them: what is blocked is refused if other queries are, and dropped otherwise. */
    private static List<String> older(Section settings) {
        String others = settings.word("nonIPQuery", List.of("reject", "drop", "skip"))
                .map(Located::value)
                .orElse("reject");
        List<String> rules = new ArrayList<>();
        List<String> blocked = types(settings, "blockTypes");
        if (!blocked.isEmpty()) {
            rules.add((others.equals("reject") ? "return=5" : "drop") + " type=" + String.join(",", blocked));
        }
        rules.add("hijack type=1,28");
        rules.add(
                switch (others) {
                    case "drop" -> "drop";
                    case "skip" -> "direct";
                    default -> "return=5";
                });
        return rules;
    }

    private static List<String> rules(Section settings, OutboundDraft draft) {
        List<String> lines = new ArrayList<>();
        for (Section rule : settings.sections("rules")) {
            if (!rule.has("action")) {
                rule.missing("action", "write one of: " + String.join(", ", ACTIONS));
            }
            Optional<Located<String>> action = rule.word("action", ACTIONS);
            Optional<Located<Integer>> rcode = rule.integer("rCode", 0, MAX_RCODE);
            List<String> types = types(rule, rule.either("qType", "qtype"));
            List<String> names = names(rule, draft.problems());
            rule.end();
            action.ifPresent(a -> lines.add(a.value()
                    + (a.value().equals("return")
                            ? "=" + rcode.map(Located::value).orElse(0)
                            : "")
                    + (types.isEmpty() ? "" : " type=" + String.join(",", types))
                    + (names.isEmpty() ? "" : " domain=" + String.join(",", names))));
        }
        return lines;
    }

    /** A number, a string "1,28,64-65", or an array of numbers and strings. */
    private static List<String> types(Section section, String field) {
        List<Located<String>> texts = new ArrayList<>();
        switch (section.any(field).orElse(null)) {
            case Json.Num(Place at, String literal) -> texts.add(new Located<>(literal, at, section.path(field)));
            case Json.Arr(Place _, List<Json> items)
            when items.stream().allMatch(i -> i instanceof Json.Num) ->
                items.forEach(i -> texts.add(new Located<>(((Json.Num) i).literal(), i.at(), section.path(field))));
            case null -> {}
            default -> texts.addAll(section.strings(field));
        }
        List<String> ranges = new ArrayList<>();
        for (Located<String> text : texts) {
            for (String part : text.value().split(",", -1)) {
                Optional<PortRange> range = PortRange.parse(part.strip());
                if (range.isPresent()) {
                    ranges.add(range.get().toString());
                } else {
                    section.problems()
                            .add(
                                    ProblemCode.OUT_OF_RANGE,
                                    text.at(),
                                    text.path(),
                                    "'" + part.strip() + "' is not the number of a record type, nor a range of them.",
                                    "write e.g. \"1,28,64-65\"");
                }
            }
        }
        return ranges;
    }

    private static List<String> names(Section rule, Problems problems) {
        List<Located<String>> written = rule.strings("domain");
        List<Located<String>> regular = written.stream()
                .filter(n -> n.value().startsWith("regexp:")
                        || n.value().startsWith("dotless:")
                        || n.value().contains(","))
                .toList();
        regular.forEach(n -> problems.add(
                ProblemCode.NOT_SUPPORTED,
                n.at(),
                n.path(),
                "A query's name is not held against expressions.",
                "write one of: " + KINDS.stream().map(k -> k + ":").collect(Collectors.joining(", "))));
        return new RuleValues(problems)
                .domains(written.stream().filter(n -> !regular.contains(n)).toList());
    }
}
