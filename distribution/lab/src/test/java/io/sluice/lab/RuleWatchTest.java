package io.sluice.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What the watch makes of the words of nft monitor; and that it says so when it does not hear all of them. */
class RuleWatchTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String CHAIN =
            "add chain inet sluice_killswitch output { type filter hook output priority 0; }\n";

    /** @param words that it says before it goes on listening */
    private static RuleWatch saying(String words, String then) throws IOException {
        return new RuleWatch(new ProcessBuilder("sh", "-c", "printf '%s' \"$0\"; " + then, words).start());
    }

    @Test
    void absence_isSeen_andAGapWhereTheChainIsExpected() throws IOException {
        String words = CHAIN + "# new generation 1\ndelete table inet sluice_killswitch\n# new generation 2\n" + CHAIN
                + "# new generation 3\n";
        try (RuleWatch watch = saying(words, "exec sleep 60")) {
            assertThat(Waiting.within(SOON, () -> watch.transactions() == 3)).isTrue();
            assertThat(Waiting.within(SOON, () -> !watch.absences().isEmpty())).isTrue();
            assertThat(watch.alive()).isTrue();
        }
        try (RuleWatch watch = saying(
                "",
                "sleep 1; printf '# new generation 1\ndelete table inet sluice_killswitch\n"
                        + "# new generation 2\n'; exec sleep 60")) {
            watch.expect(true);
            assertThat(Waiting.within(SOON, () -> !watch.gaps().isEmpty())).isTrue();
        }
    }

    @Test
    void replacementInOneTransaction_isNone() throws IOException {
        String words =
                CHAIN + "# new generation 1\ndelete table inet sluice_killswitch\n" + CHAIN + "# new generation 2\n";
        try (RuleWatch watch = saying(words, "exec sleep 60")) {
            watch.expect(true);
            assertThat(Waiting.within(SOON, () -> watch.transactions() == 2)).isTrue();
            assertThat(watch.absences()).isEmpty();
        }
    }

    /** As nft says it when the kernel had more to tell than fits (ENOBUFS). */
    @Test
    void lostNotices_orAMonitorThatEnds_areTheEndOfIt() throws IOException {
        try (RuleWatch watch = saying(CHAIN + "# ERROR: We lost some netlink events!\n", "exec sleep 60")) {
            assertThat(Waiting.within(SOON, () -> !watch.alive())).isTrue();
        }
        try (RuleWatch watch = saying(CHAIN, "exit 0")) {
            assertThat(Waiting.within(SOON, () -> !watch.alive())).isTrue();
        }
    }
}
