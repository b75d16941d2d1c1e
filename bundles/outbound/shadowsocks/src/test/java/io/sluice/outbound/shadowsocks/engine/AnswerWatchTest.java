package io.sluice.outbound.shadowsocks.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When silence is a fault of ours, by a clock that the test turns. */
class AnswerWatchTest {

    private final AnswerWatch watch = new AnswerWatch("proxy.example:8388");
    private AnswerWatch.Moment now =
            new AnswerWatch.Moment(Long.MAX_VALUE - 1_000, 1_800_000_000L); // a clock may begin anywhere, and run over

    private void unanswered(int streams) {
        for (int i = 0; i < streams; i++) {
            watch.opened().closed(now);
        }
    }

    private void pass(Duration time) {
        now = new AnswerWatch.Moment(now.nanos() + time.toNanos(), now.seconds() + time.toSeconds());
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
            pass(Duration.ofMinutes(1));
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
        pass(AnswerWatch.FRESH);
        unanswered(1);
        assertThat(watch.isSuspect()).isTrue();
    }

    /** The clock of this host is set, forwards or back, while all was well a moment ago. */
    @ParameterizedTest
    @ValueSource(longs = {3_600, -3_600, 31})
    void clockThatIsSet_makesTheLastAnswerSayNothing(long seconds) {
        answered();
        now = new AnswerWatch.Moment(now.nanos() + 1_000, now.seconds() + seconds);
        unanswered(AnswerWatch.SUSPICIOUS);
        assertThat(watch.isSuspect()).isTrue();
    }
}
