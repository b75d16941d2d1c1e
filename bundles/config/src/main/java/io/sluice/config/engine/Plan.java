package io.sluice.config.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What has to change to get from the components in force to the desired ones. Those that are equal in both are not in it.
 *
 * @param put new and changed ones, in the order of their {@link Stage}s
 * @param remove those that are not wanted any more, in reverse order
 * @param lines the same for people, one line a component
 */
public record Plan(List<Component> put, List<Component> remove, List<String> lines) {

    private static final Comparator<Component> ORDER =
            Comparator.comparing(Component::stage).thenComparing(Component::pid);

    public static Plan between(Collection<Component> inForce, Collection<Component> desired) {
        Map<String, Component> before = byPid(inForce);
        Map<String, Component> after = byPid(desired);
        List<Component> put = after.values().stream()
                .filter(c -> !c.equals(before.get(c.pid())))
                .sorted(ORDER)
                .toList();
        List<Component> remove = before.values().stream()
                .filter(c -> !after.containsKey(c.pid()))
                .sorted(ORDER.reversed())
                .toList();
        List<String> lines = new ArrayList<>();
        put.forEach(c -> lines.add(
                before.containsKey(c.pid())
                        ? "~ " + c.label() + ": " + changes(before.get(c.pid()), c)
                        : "+ " + c.label() + described(c)));
        remove.forEach(c -> lines.add("- " + c.label()));
        return new Plan(put, remove, List.copyOf(lines));
    }

    /**
     * One change.
     *
     * @param removes whether the component goes, else it is put
     */
    public record Step(Component component, boolean removes) {}

    /** In order. Listeners that go come first of all: their ports may be wanted by those that come. Everything else goes last. */
    public List<Step> steps() {
        Map<Boolean, List<Step>> removals = remove.stream()
                .map(c -> new Step(c, true))
                .collect(Collectors.partitioningBy(s -> s.component().stage() == Stage.INBOUND));
        List<Step> steps = new ArrayList<>(removals.get(true));
        put.forEach(c -> steps.add(new Step(c, false)));
        steps.addAll(removals.get(false));
        return List.copyOf(steps);
    }

    /** The same with no more than some of its puts. */
    public Plan only(Collection<Component> again) {
        return new Plan(put.stream().filter(again::contains).toList(), List.of(), List.of());
    }

    public boolean isEmpty() {
        return put.isEmpty() && remove.isEmpty();
    }

    private static Map<String, Component> byPid(Collection<Component> components) {
        return components.stream()
                .collect(Collectors.toMap(Component::pid, Function.identity(), (a, _) -> a, TreeMap::new));
    }

    private static String described(Component component) {
        String type = component.name().isPresent() ? " (" + component.type() : "";
        Object listen = component.properties().get("listen");
        Object address = component.properties().get("address");
        Object port = component.properties().get("port");
        Object host = listen == null ? address : listen;
        if (type.isEmpty()) {
            return "";
        }
        return host == null ? type + ")" : type + " " + host + ":" + port + ")";
    }

    private static String changes(Component before, Component after) {
        TreeSet<String> keys = new TreeSet<>(before.properties().keySet());
        keys.addAll(after.properties().keySet());
        return keys.stream()
                .filter(k -> !Objects.deepEquals(
                        before.properties().get(k), after.properties().get(k)))
                .map(k ->
                        change(k, before.properties().get(k), after.properties().get(k)))
                .collect(Collectors.joining(", "));
    }

    private static String change(String key, Object before, Object after) {
        if (key.startsWith(".")) {
            return key.substring(1) + " changed";
        }
        if (before instanceof String[] a && after instanceof String[] b) {
            return key + " changed (" + a.length + " -> " + b.length + ")";
        }
        return key + " " + (before == null ? "(none)" : Component.shown(key, before)) + " -> "
                + (after == null ? "(none)" : Component.shown(key, after));
    }
}
