package io.sluice.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is late, and what that is to a class. */
class TallyTest {

    private static final Duration GOAL = Duration.ofSeconds(3);

    private final Tally tally = new Tally(Injection.of("F04", "the line flaps").breaking((w, dice) -> {}));

    @BeforeEach
    void controlled() {
        tally.controlFilter = 1;
        tally.controlCapture = 1;
    }

    private static Figure figure(long millis, Duration bar) {
        return new Figure("xMillis", Duration.ofMillis(millis), Optional.of(bar));
    }

    @Test
    void inTime_holds() {
        tally.recovered(GOAL, GOAL);
        tally.figure(figure(100, Duration.ofMillis(100)));
        assertThat(tally.late()).isEmpty();
        assertThat(tally.holds(true)).isTrue();
    }

    @Test
    void lateRecovery_holdsOnlyWhereTimesDoNotCount() {
        tally.recovered(GOAL.plusNanos(1), GOAL);
        tally.recovered(Duration.ofSeconds(1), GOAL);
        assertThat(tally.late()).containsExactly("F04 recovery: p50 3000, max 3000, of 2; bar 3000: late 1 times");
        assertThat(tally.holds(true)).isFalse();
        assertThat(tally.holds(false)).isTrue();
    }

    @Test
    void recovery_isJudgedByItsOwnInjectionsGoal() {
        tally.recovered(GOAL.plusSeconds(1), GOAL.plusSeconds(2));
        assertThat(tally.holds(true)).isTrue();
        tally.recovered(GOAL.minusSeconds(1), GOAL.minusSeconds(2));
        assertThat(tally.holds(true)).isFalse();
    }

    @Test
    void lateFigure_isTold_withBarAndVerdict() {
        tally.figure(figure(16, Duration.ofMillis(100)));
        tally.figure(figure(149, Duration.ofMillis(100)));
        tally.figure(new Figure("yMillis", Duration.ofHours(1), Optional.empty()));
        assertThat(tally.holds(true)).isFalse();
        assertThat(tally.figures())
                .containsExactly(
                        "xMillis: p50 149, max 149, of 2; bar 100: late 1 times",
                        "yMillis: p50 3600000, max 3600000, of 1");
        assertThat(tally.view(2, true))
                .containsEntry("holds", false)
                .containsEntry(
                        "xMillis", Map.of("p50", 149L, "max", 149L, "of", 2, "bar", 100L, "late", 1, "inTime", false));
    }

    @Test
    void misdeliveredDatagram_doesNotHold() {
        tally.misdelivered = 1;
        assertThat(tally.holds(false)).isFalse();
    }
}
