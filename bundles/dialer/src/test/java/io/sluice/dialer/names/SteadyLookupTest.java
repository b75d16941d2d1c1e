package io.sluice.dialer.names;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** With the loop's own clock standing still but for what a test adds. */
class SteadyLookupTest {

    private static final Exception DEAD = new UnknownHostException("no server answered");
    private static final Exception NO = new UnknownHostException("there is no such name");

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final List<Promise<String>> first = new ArrayList<>();
    private final List<Promise<String>> second = new ArrayList<>();
    private final SteadyLookup<String> lookup =
            new SteadyLookup<>(channel.eventLoop(), name -> asked(first), name -> asked(second), NO::equals);

    @BeforeEach
    void stop() {
        channel.freezeTime();
    }

    @AfterEach
    void close() {
        channel.close();
    }

    private Future<String> asked(List<Promise<String>> questions) {
        questions.add(channel.eventLoop().newPromise());
        return questions.getLast();
    }

    private void after(long millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
    }

    private Future<String> ask() {
        Future<String> answer = lookup.resolve("proxy.example");
        channel.runPendingTasks();
        return answer;
    }

    private void answer(Promise<String> question, String answer) {
        question.setSuccess(answer);
        channel.runPendingTasks();
    }

    private void fail(Promise<String> question, Exception why) {
        question.setFailure(why);
        channel.runPendingTasks();
    }

    /** A name that was answered once, at the time 0. */
    private void known(String answer) {
        Future<String> asked = ask();
        answer(first.getLast(), answer);
        assertThat(asked.getNow()).isEqualTo(answer);
    }

    @Test
    void firstServerAnswers_secondIsNotAsked() {
        known("a");
        after(SteadyLookup.BESIDE_MILLIS + 1);
        assertThat(second).isEmpty();
    }

    @Test
    void firstServerIsSilent_secondIsAskedBesideIt() {
        Future<String> asked = ask();
        after(SteadyLookup.BESIDE_MILLIS - 1);
        assertThat(second).isEmpty();
        after(1);
        assertThat(second).hasSize(1);
        answer(second.getLast(), "b");
        assertThat(asked.getNow()).isEqualTo("b");
    }

    @Test
    void firstServerIsSlow_itsAnswerCountsIfTheSecondHasNone() {
        Future<String> asked = ask();
        after(SteadyLookup.BESIDE_MILLIS);
        fail(second.getLast(), DEAD);
        assertThat(asked.isDone()).isFalse();
        answer(first.getLast(), "a");
        assertThat(asked.getNow()).isEqualTo("a");
    }

    @Test
    void allFail_failureOfTheLast() {
        Future<String> asked = ask();
        fail(first.getLast(), DEAD);
        assertThat(asked.cause()).isSameAs(DEAD);
        after(SteadyLookup.BESIDE_MILLIS);
        assertThat(second).as("it would ask the same servers").isEmpty();
    }

    @Test
    void allFail_lastGoodAnswerForThreeDays_andAskedAgainAfterHalfAMinute() {
        known("a");
        after(SteadyLookup.MOST_STALE_MILLIS - SteadyLookup.AGAIN_MILLIS);
        Future<String> asked = ask();
        fail(first.getLast(), DEAD);
        assertThat(asked.getNow()).isEqualTo("a");
        int questions = first.size();
        after(SteadyLookup.AGAIN_MILLIS - 1);
        assertThat(ask().getNow()).isEqualTo("a");
        assertThat(first).as("nobody is asked in vain").hasSize(questions);
        after(1);
        asked = ask();
        assertThat(first).hasSize(questions + 1);
        fail(first.getLast(), DEAD);
        assertThat(asked.getNow()).isEqualTo("a");
        after(SteadyLookup.AGAIN_MILLIS);
        asked = ask();
        fail(first.getLast(), DEAD);
        assertThat(asked.cause()).as("older than three days").isSameAs(DEAD);
    }

    @Test
    void nobodyAnswers_lastGoodAnswerBeforeTwoSeconds_andALateOneNext() {
        known("a");
        Future<String> asked = ask();
        after(SteadyLookup.STALE_MILLIS - 1);
        assertThat(asked.isDone()).isFalse();
        after(1);
        assertThat(asked.getNow()).isEqualTo("a");
        answer(second.getLast(), "b");
        asked = ask();
        answer(first.getLast(), "c");
        assertThat(asked.getNow()).as("servers answer again, so they are asked").isEqualTo("c");
    }

    /** The first question's packets are lost, the second's are not. */
    @Test
    void lastGoodAnswer_isNotKeptOverANewerOne() {
        known("a");
        Future<String> lost = ask();
        after(500);
        Future<String> other = ask();
        answer(first.getLast(), "b");
        assertThat(other.getNow()).isEqualTo("b");
        after(SteadyLookup.STALE_MILLIS);
        assertThat(lost.getNow()).isEqualTo("a");
        int questions = first.size();
        Future<String> next = ask();
        assertThat(first).as("servers answer").hasSize(questions + 1);
        fail(first.getLast(), DEAD);
        assertThat(next.getNow()).isEqualTo("b");
    }

    @Test
    void noSuchName_isAnAnswer() {
        known("a");
        Future<String> asked = ask();
        fail(first.getLast(), NO);
        assertThat(asked.cause()).isSameAs(NO);
        asked = ask();
        fail(first.getLast(), DEAD);
        assertThat(asked.cause()).as("the old answer is gone").isSameAs(DEAD);
    }

    @Test
    void manyNames_theLeastRecentlyAskedIsForgotten() {
        known("a");
        for (int i = 0; i < SteadyLookup.MOST_KEPT; i++) {
            lookup.resolve("name" + i + ".example");
            answer(first.getLast(), "x");
        }
        Future<String> asked = ask();
        fail(first.getLast(), DEAD);
        assertThat(asked.cause()).isSameAs(DEAD);
    }
}
