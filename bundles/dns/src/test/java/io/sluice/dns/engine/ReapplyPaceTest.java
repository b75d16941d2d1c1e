package io.sluice.dns.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReapplyPaceTest {

    private long now = Long.MAX_VALUE - Duration.ofSeconds(3).toNanos();
    private final ReapplyPace pace = new ReapplyPace(now);

    @Test
    void burst_isAnsweredAtOnce_thenOneEachRefill() {
        for (int i = 0; i < ReapplyPace.BURST; i++) {
            assertThat(pace.take(now)).isTrue();
        }
        assertThat(pace.take(now)).isFalse();
        int taken = 0;
        // The clock may pass the largest long on the way.
        for (int second = 0; second < 60; second++) {
            now += Duration.ofSeconds(1).toNanos();
            taken += pace.take(now) ? 1 : 0;
        }
        assertThat(taken).isEqualTo(10);
    }

    @Test
    void quiet_fillsUpToTheBurstAndNoFurther() {
        assertThat(pace.take(now)).isTrue();
        now += Duration.ofHours(1).toNanos();
        int taken = 0;
        while (pace.take(now)) {
            taken++;
        }
        assertThat(taken).isEqualTo(ReapplyPace.BURST);
    }
}
