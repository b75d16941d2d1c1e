package io.sluice.killswitch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgainTest {

    private final List<Duration> delays = new ArrayList<>();
    private final List<Runnable> waiting = new ArrayList<>();
    private final List<Boolean> tried = new ArrayList<>();

    private final Again again = again();

    private Again again() {
        Again[] made = new Again[1];
        made[0] = new Again(
                new Again.Timer() {
                    @Override
                    public void later(Duration delay, Runnable what) {
                        delays.add(delay);
                        waiting.add(what);
                    }

                    @Override
                    public void cancel() {}
                },
                attempt -> tried.add(made[0].due(attempt)));
        return made[0];
    }

    @Test
    void refusals_theDelayDoublesUpToTheLongestAndBeginsAnewAfterASuccess() {
        for (int i = 0; i < 8; i++) {
            again.later();
            again.later();
            waiting.getLast().run();
        }
        assertThat(tried).hasSize(8).containsOnly(true);
        again.done();
        again.later();
        assertThat(delays.stream().map(Duration::toMillis))
                .containsExactly(500L, 1_000L, 2_000L, 4_000L, 8_000L, 16_000L, 30_000L, 30_000L, 500L);
    }

    @Test
    void successMeanwhile_isNotTried() {
        again.later();
        again.done();
        waiting.getLast().run();
        assertThat(tried).containsExactly(false);
    }

    /** Else what is refused then would be open for as long as the delay of before had grown. */
    @Test
    void successWhileAnAttemptWaits_theNextRefusalBeginsWithTheFirstDelay() {
        for (int i = 0; i < 8; i++) {
            again.later();
            waiting.getLast().run();
        }
        again.later();
        Runnable old = waiting.getLast();
        again.done();
        again.later();
        assertThat(delays.getLast()).isEqualTo(Again.FIRST);
        old.run();
        assertThat(tried.getLast()).as("the one of before").isFalse();
        waiting.getLast().run();
        assertThat(tried.getLast()).isTrue();
    }

    @Test
    void closed_isNotTried() {
        again.later();
        again.close();
        waiting.getLast().run();
        assertThat(tried).containsExactly(false);
        again.later();
        assertThat(delays).containsExactly(Again.FIRST);
    }
}
