package io.sluice.shell.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The words after a verb, sorted into arguments and options. {@code --name value}, {@code --name=value}, and {@code --} ends the options.
 */
record Arguments(List<String> positional, Map<String, String> options) {

    static Arguments parse(String command, Verb verb, List<String> words) throws CommandFailure {
        List<String> positional = new ArrayList<>();
        Map<String, String> options = new HashMap<>();
        boolean literal = false;
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (literal || !word.startsWith("-") || word.equals("-")) {
                positional.add(word);
                continue;
            }
            if (word.equals("--")) {
                literal = true;
                continue;
            }
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            Option option = option(command, verb, name);
            if (option.isFlag()) {
                if (equals >= 0) {
                    throw usage(command, name + " takes no value");
                }
                options.put(name, "");
            } else if (equals >= 0) {
                options.put(name, word.substring(equals + 1));
            } else if (i + 1 < words.size()) {
                options.put(name, words.get(++i));
            } else {
                throw usage(command, name + " needs a value: " + name + " " + option.value());
            }
        }
        if (positional.size() > verb.maxArguments()) {
            throw usage(
                    command,
                    verb.maxArguments() == 0
                            ? "takes no argument, but '" + positional.getFirst() + "' was given"
                            : "takes " + verb.arguments() + " only, but '" + positional.get(verb.maxArguments())
                                    + "' was given too");
        }
        return new Arguments(List.copyOf(positional), Map.copyOf(options));
    }

    private static Option option(String command, Verb verb, String name) throws CommandFailure {
        List<Option> known = new ArrayList<>(verb.options());
        known.addAll(Verb.COMMON);
        for (Option option : known) {
            if (option.name().equals(name)) {
                return option;
            }
        }
        throw usage(
                command,
                "unknown option " + name
                        + Nearest.suggest(name, known.stream().map(Option::name).toList()));
    }

    private static CommandFailure usage(String command, String text) {
        return new CommandFailure(ExitCode.USAGE, command + ": " + text + ". Try: sluice " + command + " --help");
    }
}
