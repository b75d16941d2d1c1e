package io.sluice.killswitch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgainTest {

    private final List<Duration> delays = new ArrayList<>();

    private final Again again = new Again(
            new Again.Timer() {
                @Override
                public void later(Duration delay, Runnable what) {
                    delays.add(delay);
                }

                @Override
                public void close() {}
            },
            () -> {});

    @Test
    void refusals_theDelayDoublesUpToTheLongestAndBeginsAnewAfterASuccess() {
        for (int i = 0; i < 8; i++) {
            again.later();
            again.later();
            assertThat(again.due()).isTrue();
        }
        again.done();
        again.later();
        assertThat(delays.stream().map(Duration::toMillis))
                .containsExactly(500L, 1_000L, 2_000L, 4_000L, 8_000L, 16_000L, 30_000L, 30_000L, 500L);
    }

    @Test
    void successMeanwhile_isNotTried() {
        again.later();
        again.done();
        assertThat(again.due()).isFalse();
    }

    @Test
    void closed_isNotTried() {
        again.later();
        again.close();
        assertThat(again.due()).isFalse();
        again.later();
        assertThat(delays).containsExactly(Again.FIRST);
    }
}
