package io.sluice.shell.engine;

import io.sluice.view.Json;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One run of a verb. */
public final class Call {

    private final String command;
    private final Arguments arguments;
    private final Session session;
    private ExitCode exit = ExitCode.OK;

    Call(String command, Arguments arguments, Session session) {
        this.command = command;
        this.arguments = arguments;
        this.session = session;
    }

    public Session session() {
        return session;
    }

    /** Ends with this status although nothing failed. */
    public void exit(ExitCode code) {
        exit = code;
    }

    ExitCode exit() {
        return exit;
    }

    public Optional<String> argument(int index) {
        return index < arguments.positional().size()
                ? Optional.of(arguments.positional().get(index))
                : Optional.empty();
    }

    /** The argument, or a usage failure that names it. */
    public String argument(int index, String name) throws CommandFailure {
        return argument(index).orElseThrow(() -> usage(name + " is missing"));
    }

    public boolean has(String option) {
        return arguments.options().containsKey(option);
    }

    public Optional<String> option(String option) {
        return Optional.ofNullable(arguments.options().get(option));
    }

    /** The option as a number in a range, or what it is without the option. */
    public int number(String option, int without, int min, int max) throws CommandFailure {
        Optional<String> text = option(option);
        return text.isEmpty() ? without : (int) number(text.get(), option, min, max);
    }

    /** The text as a number in a range. */
    public long number(String text, String name, long min, long max) throws CommandFailure {
        try {
            long value = Long.parseLong(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw usage(name + " must be a number, not '" + text + "'");
        }
        throw usage(name + " must be in " + min + "…" + max + ", not " + text);
    }

    public boolean json() {
        return has("--json");
    }

    /** Prints a JSON value: indented for people, on one line in a stream. */
    public void print(Map<String, ?> value, boolean oneLine) {
        session.out().println(oneLine ? Json.compact(value) : Json.pretty(value));
    }

    public void print(Map<String, ?> value) {
        print(value, false);
    }

    public void print(Table table) {
        table.print(session, has("--tsv"), !has("--no-header"));
    }

    /** Prints a line; whatever could steer a terminal is shown as text. */
    public void line(String text) {
        session.out().println(Printable.text(text));
    }

    /** Repeats until the caller is interrupted, or {@code times} are over (0: no end). Throws InterruptedException at the end of the client. */
    public void every(Duration period, int times, Verb.Action action, Call self)
            throws CommandFailure, java.io.IOException, InterruptedException {
        for (int i = 0; times == 0 || i < times; i++) {
            if (i > 0) {
                session.pause().of(period);
            }
            if (session.terminal() && !json()) {
                session.out().print("\u001b[H\u001b[J"); // ECMA-48 CUP, ED: home, erase below
            }
            action.run(self);
            session.out().flush();
            if (session.out().checkError()) {
                throw new InterruptedException("the reader is gone");
            }
        }
    }

    public CommandFailure usage(String text) {
        return new CommandFailure(ExitCode.USAGE, command + ": " + text + ". Try: sluice " + command + " --help");
    }

    public CommandFailure failed(String text) {
        return new CommandFailure(ExitCode.FAILED, text);
    }

    /** Something of this name does not exist; suggests the nearest one that does. */
    public CommandFailure notFound(String what, String name, List<String> names) {
        return new CommandFailure(
                ExitCode.NOT_FOUND, "There is no " + what + " '" + name + "'" + Nearest.suggest(name, names) + ".");
    }
}
