package io.sluice.launcher;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code data/launcher.state}: what scripts read to learn how far the process is, {@code key=value} lines with
 * {@code state}, {@code pid} and, where bundles are missing, one {@code problem} a line. Left behind by a crash it still names
 * the dead process, so a reader checks the process too.
 */
final class StateFile {
    /** How far the process is. */
    enum State {
        STARTING,
        /** Every bundle of the features is active. */
        READY,
        /** The start levels are done, and some bundle is missing, or in rescue mode most of them; the rest works. */
        INCOMPLETE,
        STOPPING,
        STOPPED
    }

    private static final Logger LOG = LoggerFactory.getLogger(StateFile.class);

    private final Path file;

    StateFile(Path data) {
        file = data.resolve("launcher.state");
    }

    /** A state that cannot be written is logged and otherwise harmless. */
    void write(State state, List<String> problems) {
        StringBuilder text = new StringBuilder()
                .append("state=")
                .append(state)
                .append("\npid=")
                .append(ProcessHandle.current().pid())
                .append('\n');
        problems.forEach(problem -> text.append("problem=").append(problem).append('\n'));
        try {
            AtomicFile.write(file, text.toString());
        } catch (IOException e) {
            LOG.warn("The state {} cannot be written to {}: {}", state, file, e.toString());
        }
    }
}
