package io.sluice.shell.engine;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;

/**
 * Where a command runs: its streams and what the other end can show.
 *
 * @param out results
 * @param in what the caller pipes in
 * @param terminal whether a person looks at {@code out}
 * @param colour whether colours may be used
 * @param columns width of the terminal
 * @param directory what relative file names refer to
 * @param author who asks, for the history of the configuration
 * @param clock the present
 * @param pause waits between two outputs of a streaming command
 */
public record Session(
        PrintStream out,
        InputStream in,
        boolean terminal,
        boolean colour,
        int columns,
        Path directory,
        String author,
        Clock clock,
        Pause pause) {

    /** Waits; an interrupt ends the command. */
    @FunctionalInterface
    public interface Pause {
        void of(Duration time) throws InterruptedException;
    }
}
