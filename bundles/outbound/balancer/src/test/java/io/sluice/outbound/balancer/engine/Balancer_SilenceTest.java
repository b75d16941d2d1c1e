package io.sluice.outbound.balancer.engine;

import static io.sluice.outbound.balancer.engine.BalancerRig.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.outbound.ConnectException;
import io.sluice.outbound.balancer.engine.FakeMember.Mood;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Members that take connections and say nothing; a destination that is slow. */
class Balancer_SilenceTest {

    private final FakeMember a = FakeMember.ofBoth("a").in(Mood.SILENT);
    private final FakeMember b = FakeMember.ofBoth("b");
    private final FakeMember c = FakeMember.ofBoth("c");
    private final BalancerRig rig = BalancerRig.of(Strategy.FAILOVER, a, b, c);

    @Test
    void firstIsSilent_flow_isOpenedByTheSecondAfterTwoSeconds() {
        Future<ByteStream> flow = rig.stream();
        rig.time.millis(1_990);
        assertThat(b.asked()).isZero();
        rig.time.millis(10);
        assertThat(flow.isSuccess()).isTrue();
        assertThat(a.streams.getFirst().isCancelled()).isFalse();
    }

    @Test
    void second_hasTheTimeThatIsLeft() {
        rig.stream();
        rig.time.millis(2_000);
        assertThat(b.requests.getFirst().timeout()).isEqualTo(Duration.ofSeconds(8));
        assertThat(a.requests.getFirst().timeout()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void allAreSilent_eachIsAskedBeforeTheTimeIsOver() {
        b.in(Mood.SILENT);
        c.in(Mood.SILENT);
        rig.stream();
        rig.time.millis(4_000);
        assertThat(c.asked()).isOne();
    }

    @Test
    void firstIsSlow_answersBeforeTheSecond_isUsedAndTheSecondCancelledUnjudged() {
        b.in(Mood.SILENT);
        Future<ByteStream> flow = rig.stream();
        rig.time.millis(3_000);
        assertThat(b.asked()).isOne();
        a.streams.getFirst().setSuccess(a.stream(rig.time.loop));
        rig.time.run();
        assertThat(flow.getNow()).isSameAs(a.opened.getFirst());
        assertThat(b.streams.getFirst().isCancelled()).isTrue();
        assertThat(rig.count("membersUp")).isEqualTo(3);
    }

    /** Nobody is left who is up: what is asked next is whoever is down. */
    @Test
    void secondFailsAtOnce_theThirdIsDown_isAskedAllTheSame() {
        for (int failures = 0; failures < 4; failures++) {
            bringDown(c);
            rig.time.millis(5_000);
        }
        bringDown(c);
        Future<ByteStream> flow = rig.stream();
        rig.time.millis(4_990);
        assertThat(flow.isDone()).isFalse();
        assertThat(c.opened).as("6.5 s of back-off").isEmpty();
        rig.time.millis(10);
        assertThat(flow.getNow()).isSameAs(c.opened.getFirst());
    }

    @Test
    void secondFailsAtOnce_theThirdIsDueMeanwhile_isTried() {
        Future<ByteStream> flow = rig.stream();
        rig.time.millis(1_500);
        bringDown(c);
        rig.time.millis(2_490);
        assertThat(c.opened).isEmpty();
        rig.time.millis(10);
        assertThat(flow.getNow()).isSameAs(c.opened.getFirst());
    }

    /** By an association, which the others cannot do. */
    private void bringDown(FakeMember member) {
        List.of(a, b, c).forEach(other -> other.in(Mood.UNSUPPORTED));
        member.in(Mood.REFUSES);
        rig.association();
        a.in(Mood.SILENT);
        member.in(Mood.OPENS);
        assertThat(rig.count("membersUp")).isEqualTo(2);
    }

    @Test
    void destinationIsSlow_whileTheMemberAnswersOthers_nobodyElseIsAsked() {
        Future<ByteStream> slow = rig.stream();
        for (int i = 0; i < 6; i++) {
            rig.time.millis(1_000);
            a.in(Mood.OPENS);
            rig.stream();
            a.in(Mood.SILENT);
        }
        assertThat(slow.isDone()).isFalse();
        assertThat(b.asked()).isZero();
        rig.time.millis(2_600);
        assertThat(b.asked()).as("silent to everybody since").isOne();
        assertThat(rig.count("membersUp"))
                .as("it had answered somebody since that flow began")
                .isEqualTo(3);
    }

    @Test
    void destinationRefusesTheSecond_flow_endsSo() {
        b.in(Mood.REFUSED_BY_DESTINATION);
        Future<ByteStream> flow = rig.stream();
        rig.time.millis(2_000);
        assertThat(failure(flow)).hasMessage("the destination refused");
        assertThat(c.asked()).isZero();
    }

    @Test
    void silentOneTimesOut_attemptThatHadNoTime_provesNothing() {
        b.in(Mood.SILENT);
        Future<ByteStream> flow = rig.stream();
        rig.time.millis(2_000);
        b.streams.getFirst().setFailure(new ConnectException(CloseReason.CONNECT_TIMEOUT, "no answer"));
        rig.time.run();
        assertThat(flow.isSuccess()).as("by the third").isTrue();
        assertThat(rig.balancer.description()).contains("b, c");
    }

    /** What a member says after its flow was opened by another tells of it, and it alone: whose the silence was nobody knew before. */
    @Test
    void silentOne_whenItsOwnTimeIsOver_isDown() {
        rig.stream();
        rig.time.millis(2_000);
        assertThat(rig.count("membersUp")).isEqualTo(3);
        a.streams.getFirst().setFailure(new ConnectException(CloseReason.CONNECT_TIMEOUT, "no answer"));
        rig.time.run();
        assertThat(rig.balancer.description()).contains("a (down, CONNECT_TIMEOUT");
    }

    @Test
    void silentOne_whoseDestinationWasSilent_staysUp() {
        rig.stream();
        rig.time.millis(2_000);
        a.streams
                .getFirst()
                .setFailure(new ConnectException(CloseReason.CONNECT_TIMEOUT, "no answer")
                        .blaming(ConnectException.Blame.DESTINATION));
        rig.time.run();
        assertThat(rig.count("membersUp")).isEqualTo(3);
    }

    @Test
    void silentOne_thatOpensLate_isUpAndWhatItOpenedIsClosed() {
        rig.stream();
        rig.time.millis(3_000);
        a.streams.getFirst().setSuccess(a.stream(rig.time.loop));
        rig.time.run();
        assertThat(a.opened.getFirst().channel().isOpen()).isFalse();
        assertThat(rig.count("membersUp")).isEqualTo(3);
    }

    @Test
    void silentOne_oneAttemptGoesOnAtATime() {
        rig.stream();
        rig.stream();
        rig.time.millis(2_000);
        assertThat(a.streams.getFirst().isCancelled()).isFalse();
        assertThat(a.streams.getLast().isCancelled()).isTrue();
    }

    @Test
    void silentOne_whoseServiceGoesAway_isCancelled() {
        rig.stream();
        rig.time.millis(2_000);
        rig.balancer.remove(a);
        rig.time.run();
        assertThat(a.streams.getFirst().isCancelled()).isTrue();
    }

    @Test
    void cancelled_everyAttempt_isCancelled() {
        b.in(Mood.SILENT);
        Future<ByteStream> flow = rig.stream();
        rig.time.millis(2_000);
        flow.cancel(false);
        rig.time.run();
        assertThat(a.streams.getFirst().isCancelled()).isTrue();
        assertThat(b.streams.getFirst().isCancelled()).isTrue();
        rig.time.millis(10_000);
        assertThat(c.asked()).isZero();
        assertThat(rig.count("membersUp")).isEqualTo(3);
    }
}
