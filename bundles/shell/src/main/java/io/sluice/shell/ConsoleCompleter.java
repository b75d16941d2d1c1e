package io.sluice.shell;

import io.sluice.shell.engine.Commands;
import io.sluice.shell.engine.Completion;
import java.util.List;
import java.util.function.Supplier;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/** Completes nouns, verbs, options and live values. */
final class ConsoleCompleter implements Completer {

    private final Supplier<Commands> commands;

    ConsoleCompleter(Supplier<Commands> commands) {
        this.commands = commands;
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        for (Completion.Candidate found : Completion.candidates(commands.get(), line.words(), line.wordIndex())) {
            candidates.add(new Candidate(
                    found.value(),
                    found.value(),
                    null,
                    found.summary().isEmpty() ? null : found.summary(),
                    null,
                    null,
                    true));
        }
    }
}
