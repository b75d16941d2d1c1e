package io.sluice.outbound.shadowsocks.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** When silence is a fault of ours, by a clock that the test turns. */
class AnswerWatchTest {

    private final AnswerWatch watch = new AnswerWatch("proxy.example:8388");
    private long now = Long.MAX_VALUE - 1_000; // a clock may begin anywhere, and run over

    private void unanswered(int streams) {
        for (int i = 0; i < streams; i++) {
            watch.opened().closed(now);
        }
    }

    private void answered() {
        AnswerWatch.Stream stream = watch.opened();
        stream.answered(now);
        stream.closed(now);
    }

    @Test
    void serverThatNeverAnswers_isSuspect_untilItDoes() {
        unanswered(AnswerWatch.SUSPICIOUS - 1);
        assertThat(watch.isSuspect()).isFalse();
        unanswered(1);
        assertThat(watch.isSuspect()).isTrue();
        answered();
        assertThat(watch.isSuspect()).isFalse();
    }

    /** A client that asks again and again for a host that refuses, beside others: the server is well. */
    @Test
    void destinationsThatRefuse_doNotMakeAHealthyServerSuspect() {
        answered();
        for (int minute = 0; minute < 60; minute++) {
            now += Duration.ofMinutes(1).toNanos();
            unanswered(3 * AnswerWatch.SUSPICIOUS);
            assertThat(watch.isSuspect()).isFalse();
            answered();
        }
        assertThat(watch.unanswered()).isEqualTo(60 * 3 * AnswerWatch.SUSPICIOUS);
    }

    /** Somebody has changed the server's password. */
    @Test
    void serverThatAnswersNoMore_isSuspectWhenItsLastAnswerIsOld() {
        answered();
        unanswered(AnswerWatch.SUSPICIOUS);
        now += AnswerWatch.FRESH.toNanos();
        unanswered(1);
        assertThat(watch.isSuspect()).isTrue();
    }
}
