package io.sluice.shell.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What could be typed next. Never throws: a half-typed line is no error. */
public final class Completion {

    /**
     * One possibility.
     *
     * @param value the word
     * @param summary a few words on it, or empty
     */
    public record Candidate(String value, String summary) {}

    private Completion() {}

    /**
     * Possibilities for the word at {@code index}, unfiltered by what was typed of it.
     *
     * @param words the words of the line, the last one perhaps half typed
     */
    public static List<Candidate> candidates(Commands commands, List<String> words, int index) {
        if (index <= 0 || words.isEmpty()) {
            return first(commands, words.isEmpty() ? "" : words.getFirst());
        }
        Optional<CommandScope> scope = commands.scope(words.getFirst());
        if (scope.isPresent() && index == 1) {
            return verbs(scope.get(), "");
        }
        try {
            Commands.Found found = commands.find(words.subList(0, index));
            return arguments(found, index - 1 < words.size() ? words.get(index - 1) : "");
        } catch (CommandFailure e) {
            return List.of(); // nothing can follow a command that does not exist
        }
    }

    private static List<Candidate> first(Commands commands, String typed) {
        int colon = typed.indexOf(':');
        if (colon > 0) {
            return commands.scope(typed.substring(0, colon))
                    .map(scope -> verbs(scope, scope.name() + ":"))
                    .orElse(List.of());
        }
        List<Candidate> candidates = new ArrayList<>();
        for (CommandScope scope : commands.scopes()) {
            if (scope.name().equals(CommandScope.ROOT)) {
                candidates.addAll(verbs(scope, ""));
            } else {
                candidates.add(new Candidate(scope.name(), scope.summary()));
            }
        }
        return candidates;
    }

    private static List<Candidate> verbs(CommandScope scope, String prefix) {
        return scope.verbs().stream()
                .map(verb -> new Candidate(prefix + verb.name(), verb.summary()))
                .toList();
    }

    private static List<Candidate> arguments(Commands.Found found, String previous) {
        Verb verb = found.verb();
        for (Option option : verb.options()) {
            if (option.name().equals(previous) && !option.isFlag()) {
                return values(verb, option.name());
            }
        }
        List<Candidate> candidates = new ArrayList<>(values(verb, ""));
        verb.options().forEach(o -> candidates.add(new Candidate(o.name(), o.summary())));
        Verb.COMMON.forEach(o -> candidates.add(new Candidate(o.name(), o.summary())));
        return candidates;
    }

    private static List<Candidate> values(Verb verb, String option) {
        try {
            return verb.values().offer(option).stream()
                    .map(value -> new Candidate(value, ""))
                    .toList();
        } catch (RuntimeException e) {
            return List.of(); // the service behind the values went away under our hands; a key press must not fail for
            // that
        }
    }
}
