package io.sluice.config.engine.link;

import io.sluice.api.config.ConfigStore;
import io.sluice.api.config.ImportPlan;
import io.sluice.api.config.ImportPlan.Entry;
import io.sluice.api.config.ImportPlan.Outcome;
import io.sluice.api.config.OutboundImport.Source;
import io.sluice.api.config.Problem;
import io.sluice.config.engine.ConfigReader;
import io.sluice.config.engine.JsonValues;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes servers into a configuration. Whether an outbound object can be had here is asked of the configuration's readers: the text with all of them is
 * checked, those with errors are left out, until none is left that has one.
 */
public final class ImportPlanner {

    private static final Pattern PLACE = Pattern.compile("outbounds\\[(\\d+)]\\.?(.*)", Pattern.DOTALL);

    private final String config;
    private final List<Map<String, Object>> present;
    private final Tags tags;

    private ImportPlanner(String config) {
        this.config = config;
        this.present = outbounds(config);
        Set<String> taken = new LinkedHashSet<>();
        present.forEach(o -> taken.add(tag(o)));
        taken.addAll(balancers(config));
        this.tags = new Tags(taken);
    }

    /** @param config a text without mistakes */
    public static ImportPlan plan(String config, List<Source> sources) {
        List<Candidate> found = new ArrayList<>();
        sources.forEach(s -> found.addAll(ImportSource.read(s.name(), s.text())));
        return new ImportPlanner(config).plan(found);
    }

    /** The object of a configured outbound, its secrets covered unless they are wanted. */
    public static Optional<Map<String, Object>> outbound(String config, String tag, boolean secrets) {
        return outbounds(config).stream()
                .filter(o -> tag(o).equals(tag))
                .findFirst()
                .map(o -> secrets ? o : covered(o));
    }

    private static List<Map<String, Object>> outbounds(String config) {
        List<Map<String, Object>> all = new ArrayList<>();
        Tree.of(JsonValues.read(config)).sections("outbounds").forEach(o -> all.add(o.map()));
        return all;
    }

    /** Their tags, which no outbound may have. */
    private static List<String> balancers(String config) {
        return Tree.of(JsonValues.read(config)).section("routing").sections("balancers").stream()
                .flatMap(b -> b.text("tag").stream())
                .toList();
    }

    /** As the configuration's reader has it: without a tag the protocol is it. */
    private static String tag(Map<String, Object> outbound) {
        Tree tree = Tree.of(outbound);
        return tree.text("tag", "protocol").orElse("");
    }

    private ImportPlan plan(List<Candidate> found) {
        Entry[] entries = new Entry[found.size()];
        Map<Integer, Map<String, Object>> added = new LinkedHashMap<>();
        Map<Map<String, Object>, String> known = new HashMap<>();
        present.forEach(o -> known.putIfAbsent(Candidate.meaning(o), tag(o)));
        Candidate.leaveBehind(found);
        for (int i = 0; i < entries.length; i++) {
            Candidate candidate = found.get(i);
            if (candidate.refusal() != null) {
                entries[i] = new Entry(candidate.source(), Outcome.REFUSED, "", "", List.of(candidate.refusal()));
                continue;
            }
            Optional<String> leftBehind = candidate.leftBehind();
            if (leftBehind.isPresent()) {
                entries[i] = new Entry(
                        candidate.source(), Outcome.REFUSED, "", candidate.server(), List.of(leftBehind.get()));
                continue;
            }
            String same = known.get(candidate.meaning());
            if (same != null) {
                entries[i] = new Entry(candidate.source(), Outcome.PRESENT, same, candidate.server(), List.of());
                continue;
            }
            String tag = tags.next(candidate.tag(), candidate.server().replace(' ', '-'));
            known.put(candidate.meaning(), tag);
            Map<String, Object> outbound = new LinkedHashMap<>();
            outbound.put("tag", tag);
            candidate.outbound().forEach(outbound::putIfAbsent);
            added.put(i, outbound);
        }
        rename(found, entries, added);
        return judged(found, entries, added);
    }

    /** Outbounds that go through one another name each other by tag, which may have changed, or be another one where the server was there before. */
    private static void rename(List<Candidate> found, Entry[] entries, Map<Integer, Map<String, Object>> added) {
        Map<Candidate.Scope, Map<String, String>> scopes = new HashMap<>();
        for (int i = 0; i < entries.length; i++) {
            Candidate candidate = found.get(i);
            Map<String, String> names = scopes.computeIfAbsent(candidate.scope(), _ -> new HashMap<>());
            if (added.containsKey(i)) {
                names.putIfAbsent(candidate.tag(), tag(added.get(i)));
            } else if (entries[i].outcome() == Outcome.PRESENT) {
                names.putIfAbsent(candidate.tag(), entries[i].tag());
            }
        }
        added.replaceAll((i, o) -> {
            Map<String, String> names = scopes.get(found.get(i).scope());
            Map<String, Object> renamed = new LinkedHashMap<>(o);
            reference(renamed, names, "proxySettings", "tag");
            if (renamed.get("streamSettings") instanceof Map<?, ?>) {
                Map<String, Object> stream = new LinkedHashMap<>(
                        Tree.of(renamed.get("streamSettings")).map());
                reference(stream, names, "sockopt", "dialerProxy");
                renamed.put("streamSettings", stream);
            }
            return renamed;
        });
    }

    private static void reference(Map<String, Object> in, Map<String, String> names, String section, String field) {
        Tree object = Tree.of(in.get(section));
        object.text(field).map(names::get).ifPresent(tag -> {
            Map<String, Object> changed = new LinkedHashMap<>(object.map());
            changed.put(field, tag);
            in.put(section, changed);
        });
    }

    private ImportPlan judged(List<Candidate> found, Entry[] entries, Map<Integer, Map<String, Object>> added) {
        while (true) {
            List<Integer> order = List.copyOf(added.keySet());
            String text = OutboundsArray.with(
                    config,
                    added.values().stream().map(o -> JsonPrinter.pretty(o, 4)).toList());
            Map<Integer, List<String>> errors = new HashMap<>();
            Map<Integer, List<String>> warnings = new HashMap<>();
            for (Problem problem : ConfigReader.read(text, "import").problems()) {
                Matcher place = PLACE.matcher(problem.path());
                int number = place.matches() ? Integer.parseInt(place.group(1)) - present.size() : -1;
                if (number >= 0 && number < order.size()) {
                    boolean error = problem.severity() == Problem.Severity.ERROR;
                    (error ? errors : warnings)
                            .computeIfAbsent(order.get(number), n -> new ArrayList<>())
                            .add(remark(place.group(2), problem));
                }
            }
            if (errors.isEmpty()) {
                added.forEach((i, o) -> entries[i] = new Entry(
                        found.get(i).source(),
                        Outcome.ADDED,
                        tag(o),
                        found.get(i).server(),
                        warnings.getOrDefault(i, List.of())));
                return new ImportPlan(text, List.of(entries));
            }
            errors.forEach((i, why) -> {
                added.remove(i);
                entries[i] = new Entry(
                        found.get(i).source(), Outcome.REFUSED, "", found.get(i).server(), why);
            });
        }
    }

    private static String remark(String field, Problem problem) {
        boolean error = problem.severity() == Problem.Severity.ERROR;
        return (field.isEmpty() ? "" : field + ": ")
                + problem.message()
                + problem.suggestion()
                        .filter(_ -> error)
                        .map(s -> " (" + s + ")")
                        .orElse("");
    }

    /** Fields whose value is a secret. */
    private static final Set<String> SECRETS = Set.of("pass", "password", "id", "secretKey", "preSharedKey");

    private static Map<String, Object> covered(Map<String, Object> object) {
        Map<String, Object> covered = new LinkedHashMap<>();
        object.forEach((name, value) -> covered.put(
                name, SECRETS.contains(name) && value instanceof String ? ConfigStore.COVERED : coveredValue(value)));
        return covered;
    }

    private static Object coveredValue(Object value) {
        if (value instanceof Map<?, ?>) {
            return covered(Tree.of(value).map());
        }
        if (value instanceof List<?> list) {
            List<Object> items = new ArrayList<>();
            list.forEach(i -> items.add(coveredValue(i)));
            return Collections.unmodifiableList(items);
        }
        return value;
    }
}
