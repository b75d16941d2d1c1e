package io.sluice.config.engine.link;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An object's members by name, and an object made of those that say something. */
final class Tree {

    private final Map<String, Object> members;

    private Tree(Map<String, Object> members) {
        this.members = members;
    }

    @SuppressWarnings("unchecked")
    static Tree of(Object object) {
        return new Tree(object instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of());
    }

    static Tree empty() {
        return new Tree(new LinkedHashMap<>());
    }

    /** Empty strings, lists and objects, and null, are left out: they would say nothing. */
    Tree with(String name, Object value) {
        boolean nothing = value == null
                || value instanceof String text && text.isEmpty()
                || value instanceof List<?> list && list.isEmpty()
                || value instanceof Map<?, ?> map && map.isEmpty();
        if (!nothing) {
            members.put(name, value);
        }
        return this;
    }

    Map<String, Object> map() {
        return members;
    }

    boolean isEmpty() {
        return members.isEmpty();
    }

    /** A member that is text, or a number or truth value as text; empty if it is not there or empty. */
    Optional<String> text(String name) {
        Object value = members.get(name);
        return value instanceof String || value instanceof Number || value instanceof Boolean
                ? Optional.of(value.toString()).filter(t -> !t.isEmpty())
                : Optional.empty();
    }

    /** One of several names for the same. */
    Optional<String> text(String name, String other) {
        return text(name).or(() -> text(other));
    }

    boolean flag(String name) {
        return text(name).filter("true"::equals).isPresent();
    }

    /** A list's texts joined by commas, or the text. */
    Optional<String> joined(String name) {
        return members.get(name) instanceof List<?> list
                ? Optional.of(String.join(
                                ",", list.stream().map(String::valueOf).toList()))
                        .filter(t -> !t.isEmpty())
                : text(name);
    }

    Tree section(String name) {
        return of(members.get(name));
    }

    Tree section(String name, String other) {
        return members.containsKey(name) ? section(name) : section(other);
    }

    List<Tree> sections(String name) {
        return members.get(name) instanceof List<?> list
                ? list.stream().map(Tree::of).toList()
                : List.of();
    }
}
