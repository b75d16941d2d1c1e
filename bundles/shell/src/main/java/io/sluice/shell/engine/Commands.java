package io.sluice.shell.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Finds and runs commands by name. What is not among the given scopes does not exist here: there is no evaluation, no reflection and no
 * other way to reach anything.
 */
public final class Commands {

    private final Map<String, CommandScope> scopes = new TreeMap<>();

    public Commands(Collection<CommandScope> scopes) {
        scopes.forEach(scope -> this.scopes.put(scope.name(), scope));
        this.scopes.put(CommandScope.ROOT, withHelp(this.scopes.get(CommandScope.ROOT)));
    }

    /** Help is about the whole table, so the table itself adds it to the root. */
    private CommandScope withHelp(CommandScope root) {
        List<Verb> verbs = new ArrayList<>(root == null ? List.of() : root.verbs());
        verbs.add(Verb.named("help", "List the commands, or say more of one")
                .arguments("[NOUN [VERB]]", 2)
                .offers(option -> List.copyOf(scopes.keySet()))
                .runs(this::help));
        return new CommandScope() {
            @Override
            public String name() {
                return ROOT;
            }

            @Override
            public String summary() {
                return root == null ? "general" : root.summary();
            }

            @Override
            public List<Verb> verbs() {
                return verbs;
            }
        };
    }

    private void help(Call call) throws CommandFailure {
        if (call.json()) {
            call.print(Help.view(this));
            return;
        }
        List<String> words = new ArrayList<>();
        call.argument(0).ifPresent(words::add);
        call.argument(1).ifPresent(words::add);
        if (words.isEmpty()) {
            Help.all(this, call.session());
        } else if (words.size() == 1 && scopes.containsKey(words.getFirst())) {
            Help.scope(scopes.get(words.getFirst()), call.session());
        } else {
            Help.verb(find(words), call.session());
        }
    }

    /** By name. */
    public List<CommandScope> scopes() {
        return List.copyOf(scopes.values());
    }

    public Optional<CommandScope> scope(String name) {
        return Optional.ofNullable(scopes.get(name));
    }

    /** A verb that words named, and the words behind it. */
    public record Found(CommandScope scope, Verb verb, List<String> rest) {

        /** As a person types it. */
        public String command() {
            return scope.name().equals(CommandScope.ROOT) ? verb.name() : scope.name() + " " + verb.name();
        }
    }

    /** Accepts {@code flow list}, {@code flow:list} and, for the root, {@code status}. */
    public Found find(List<String> words) throws CommandFailure {
        if (words.isEmpty()) {
            throw new CommandFailure(ExitCode.USAGE, "No command was given. Try: sluice help");
        }
        String first = words.getFirst();
        int colon = first.indexOf(':');
        if (colon > 0) {
            List<String> split = new ArrayList<>();
            split.add(first.substring(0, colon));
            split.add(first.substring(colon + 1));
            split.addAll(words.subList(1, words.size()));
            return find(split);
        }
        CommandScope scope = scopes.get(first);
        if (scope != null && words.size() > 1 && !words.get(1).startsWith("-")) {
            Optional<Verb> verb = scope.verb(words.get(1));
            if (verb.isPresent()) {
                return new Found(scope, verb.get(), words.subList(2, words.size()));
            }
            throw new CommandFailure(
                    ExitCode.USAGE,
                    first + " has no verb '" + words.get(1) + "'"
                            + Nearest.suggest(
                                    words.get(1),
                                    scope.verbs().stream().map(Verb::name).toList())
                            + ". Try: sluice help " + first);
        }
        CommandScope root = scopes.get(CommandScope.ROOT);
        if (scope != null) {
            return new Found(root, root.verb("help").orElseThrow(), List.of(first));
        }
        Optional<Verb> verb = root.verb(first);
        if (verb.isPresent()) {
            return new Found(root, verb.get(), words.subList(1, words.size()));
        }
        List<String> known = new ArrayList<>(scopes.keySet());
        root.verbs().forEach(v -> known.add(v.name()));
        throw new CommandFailure(
                ExitCode.USAGE,
                "There is no command '" + first + "'" + Nearest.suggest(first, known) + ". Try: sluice help");
    }

    /** Runs what {@link #find} found; results go to the session, failures are thrown. */
    public ExitCode run(Found found, Session session) throws CommandFailure, IOException, InterruptedException {
        if (found.rest().contains("--help")) {
            Help.verb(found, session);
            return ExitCode.OK;
        }
        Arguments arguments = Arguments.parse(found.command(), found.verb(), found.rest());
        Call call = new Call(found.command(), arguments, session);
        found.verb().action().run(call);
        session.out().flush();
        return call.exit();
    }
}
