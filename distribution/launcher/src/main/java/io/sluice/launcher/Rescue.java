package io.sluice.launcher;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What failed starts lead to: a wait, and after {@link FailedStarts#LIMIT} of them rescue mode, in which there are the consoles and the kill switch, and no
 * data plane. Because the set of bundles is another one, the framework's storage is thrown away on the way in and out: with it goes a bundle that
 * somebody installed at run time and that ended every start.
 */
record Rescue(FailedStarts starts) {

    /** The framework's property that the consoles read: why there is no more than this. */
    static final String PROPERTY = "sluice.rescue";

    private static final Logger LOG = LoggerFactory.getLogger(Rescue.class);

    /** Installed always; those of the consoles only where they are installed otherwise, too. */
    private static final List<String> FEATURES = List.of("base", "rescue");

    private static final String CONSOLE = "console";

    boolean mode() {
        return starts.rescue();
    }

    /** What to start: as it is written, or in rescue mode no more than that needs. */
    LaunchConfig instead(LaunchConfig written) {
        if (!mode()) {
            return written;
        }
        List<String> features = new ArrayList<>(FEATURES);
        if (written.features().contains(CONSOLE)) {
            features.add(CONSOLE);
        }
        return written.with(features, Map.of(PROPERTY, starts.text()));
    }

    /** Holds a start back that follows failed ones. */
    void await() throws InterruptedException {
        if (starts.count() == 0) {
            return;
        }
        Duration delay = starts.delay();
        LOG.warn(
                "{}; this one begins {}{}",
                starts.text(),
                delay.isZero() ? "at once" : "after " + delay.toSeconds() + " s",
                mode() ? ", in rescue mode" : "");
        Thread.sleep(delay);
    }

    /** One sentence, in rescue mode. */
    List<String> problems() {
        return mode()
                ? List.of("rescue mode: " + starts.text() + ". Only the consoles and the kill switch are at work. "
                        + "Put right what the log tells of, then: sluice restart")
                : List.of();
    }
}
