package io.sluice.shell.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * One command.
 *
 * @param arguments how its arguments are written in the help, e.g. {@code [FILTER]}
 * @param maxArguments how many it takes at most
 * @param streaming runs until it is ended; the end of the client ends it
 * @param values offers values for its arguments
 */
public record Verb(
        String name,
        String summary,
        String arguments,
        int maxArguments,
        boolean streaming,
        List<Option> options,
        List<String> examples,
        Values values,
        Action action) {

    /** Understood by every verb. */
    public static final List<Option> COMMON = List.of(
            new Option("--json", "", "print JSON; its shape is stable"),
            new Option("--tsv", "", "print tab-separated columns"),
            new Option("--no-header", "", "leave out the table's head"),
            new Option("--help", "", "print this help"));

    /** What a verb does. */
    @FunctionalInterface
    public interface Action {
        void run(Call call) throws CommandFailure, IOException, InterruptedException;
    }

    /** Offers live values for an argument. */
    @FunctionalInterface
    public interface Values {
        /**
         * @param option the option whose value is wanted, or empty for an argument
         */
        List<String> offer(String option);
    }

    public Verb {
        Objects.requireNonNull(name, "name");
        options = List.copyOf(options);
        examples = List.copyOf(examples);
    }

    public static Builder named(String name, String summary) {
        return new Builder(name, summary);
    }

    /** Collects what a verb is. */
    public static final class Builder {
        private final String name;
        private final String summary;
        private String arguments = "";
        private int maxArguments;
        private boolean streaming;
        private final List<Option> options = new ArrayList<>();
        private final List<String> examples = new ArrayList<>();
        private Values values = option -> List.of();

        private Builder(String name, String summary) {
            this.name = name;
            this.summary = summary;
        }

        public Builder arguments(String text, int max) {
            arguments = text;
            maxArguments = max;
            return this;
        }

        public Builder flag(String option, String text) {
            options.add(new Option(option, "", text));
            return this;
        }

        public Builder option(String option, String value, String text) {
            options.add(new Option(option, value, text));
            return this;
        }

        public Builder example(String line) {
            examples.add(line);
            return this;
        }

        public Builder offers(Values source) {
            values = source;
            return this;
        }

        public Builder streams() {
            streaming = true;
            return this;
        }

        public Verb runs(Action action) {
            return new Verb(name, summary, arguments, maxArguments, streaming, options, examples, values, action);
        }
    }
}
