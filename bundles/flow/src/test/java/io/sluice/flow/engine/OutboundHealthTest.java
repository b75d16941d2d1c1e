package io.sluice.flow.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.OutboundTrouble;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.ConnectException.Blame;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OutboundHealthTest {

    private static final Instant START = Instant.parse("2026-11-01T12:00:00Z");

    private final OutboundHealth health = new OutboundHealth();

    private void fails(CloseReason reason, Blame blame, int second) {
        fails(reason, blame, health.answers(), second);
    }

    private void fails(CloseReason reason, Blame blame, int answersBefore, int second) {
        health.failed(
                new ConnectException(reason, "flow " + second).blaming(blame),
                answersBefore,
                START.plusSeconds(second));
    }

    private void isInTrouble() {
        fails(CloseReason.CONNECT_REFUSED, Blame.WAY, 1);
        fails(CloseReason.CONNECT_REFUSED, Blame.WAY, 2);
        assertThat(health.trouble()).isPresent();
    }

    @Test
    void oneFailure_isNoTrouble_severalAreOneThatKeepsItsFirstSentence() {
        fails(CloseReason.CONNECT_REFUSED, Blame.WAY, 1);
        assertThat(health.trouble()).isEmpty();
        fails(CloseReason.CONNECT_REFUSED, Blame.WAY, 5);
        fails(CloseReason.CONNECT_REFUSED, Blame.WAY, 7);
        assertThat(health.trouble())
                .contains(new OutboundTrouble(
                        START.plusSeconds(1), CloseReason.CONNECT_REFUSED, "flow 1", START.plusSeconds(7), 3));
    }

    @Test
    void anotherReason_isNamed_andItsSentence() {
        isInTrouble();
        fails(CloseReason.CONNECT_TIMEOUT, Blame.WAY, 9);
        assertThat(health.trouble())
                .contains(new OutboundTrouble(
                        START.plusSeconds(1), CloseReason.CONNECT_TIMEOUT, "flow 9", START.plusSeconds(9), 3));
    }

    @Test
    void answer_endsTheTrouble_andTheNextBeginsAnew() {
        isInTrouble();
        health.answered();
        assertThat(health.trouble()).isEmpty();
        fails(CloseReason.CONNECT_REFUSED, Blame.WAY, 20);
        assertThat(health.trouble()).isEmpty();
        fails(CloseReason.CONNECT_REFUSED, Blame.WAY, 21);
        assertThat(health.trouble().orElseThrow().since()).isEqualTo(START.plusSeconds(20));
    }

    /** It waited for long, and others were served meanwhile. */
    @Test
    void failureOfAFlowThatBeganBeforeTheLastAnswer_saysNothing() {
        int before = health.answers();
        health.answered();
        fails(CloseReason.CONNECT_TIMEOUT, Blame.WAY, before, 10);
        fails(CloseReason.CONNECT_TIMEOUT, Blame.WAY, before, 11);
        assertThat(health.trouble()).isEmpty();
    }

    @Test
    void destinationThatRefuses_isAnAnswerOfTheServer() {
        isInTrouble();
        fails(CloseReason.CONNECT_REFUSED, Blame.DESTINATION, 10);
        assertThat(health.trouble()).isEmpty();
    }

    /** It is found out here, or the server leaves open whose fault it is. */
    @Test
    void destinationThatFailsOtherwise_orWhoKnowsWho_saysNothing() {
        fails(CloseReason.PROXY_FAILED, Blame.DESTINATION, 1);
        fails(CloseReason.CONNECT_TIMEOUT, Blame.DESTINATION, 2);
        assertThat(health.trouble()).isEmpty();
        fails(CloseReason.CONNECT_REFUSED, Blame.UNKNOWN, 3);
        fails(CloseReason.CONNECT_REFUSED, Blame.UNKNOWN, 4);
        assertThat(health.trouble()).isEmpty();
        isInTrouble();
        fails(CloseReason.RESOLVE_FAILED, Blame.DESTINATION, 3);
        assertThat(health.trouble()).isPresent();
    }

    @ParameterizedTest
    @EnumSource(
            value = CloseReason.class,
            names = {
                "EGRESS_UNAVAILABLE",
                "EGRESS_LOST",
                "LIMIT_REACHED",
                "OUTBOUND_WITHDRAWN",
                "LOOP",
                "POLICY_REJECTED"
            })
    void failureOfThisHost_orAWish_saysNothing(CloseReason reason) {
        fails(reason, Blame.WAY, 1);
        fails(reason, Blame.WAY, 2);
        assertThat(health.trouble()).isEmpty();
    }
}
