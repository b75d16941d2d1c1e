package io.sluice.outbound.balancer.engine;

import static io.sluice.outbound.balancer.engine.BalancerRig.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.outbound.Capability;
import io.sluice.api.outbound.ConnectException;
import io.sluice.outbound.balancer.engine.FakeMember.Mood;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who is asked, and what a failure means. */
class Balancer_FailoverTest {

    private final FakeMember a = FakeMember.ofBoth("a");
    private final FakeMember b = FakeMember.ofBoth("b");
    private final FakeMember c = FakeMember.ofBoth("c");
    private final BalancerRig rig = BalancerRig.of(Strategy.FAILOVER, a, b, c);

    @Test
    void up_everyFlow_goesByTheFirst() {
        for (int i = 0; i < 5; i++) {
            assertThat(rig.stream().isSuccess()).isTrue();
        }
        assertThat(a.asked()).isEqualTo(5);
        assertThat(b.asked()).isZero();
        assertThat(rig.balancer.description()).isEqualTo("failover of a, b, c; in use: a");
    }

    @Test
    void firstRefuses_flow_isOpenedByTheSecondAtOnce() {
        a.in(Mood.REFUSES);
        assertThat(rig.stream().isSuccess()).isTrue();
        assertThat(b.opened).hasSize(1);
        assertThat(rig.count("failovers")).isOne();
        assertThat(rig.count("membersUp")).isEqualTo(2);
        assertThat(rig.balancer.description())
                .isEqualTo("failover of a (down, CONNECT_REFUSED: the connection was refused), b, c; in use: b");
    }

    @Test
    void firstIsDown_newFlows_leaveItAloneUntilTheBackoffHasPassed() {
        a.in(Mood.REFUSES);
        rig.stream();
        rig.time.millis(500);
        rig.stream();
        assertThat(a.asked()).isOne();
        assertThat(rig.count("failovers")).as("it began with b").isOne();
        rig.time.millis(600);
        rig.stream();
        assertThat(a.asked()).as("tried again").isEqualTo(2);
        rig.time.millis(1_500);
        rig.stream();
        assertThat(a.asked()).as("1.6 s now").isEqualTo(2);
        rig.time.millis(200);
        rig.stream();
        assertThat(a.asked()).isEqualTo(3);
    }

    @Test
    void firstIsBack_nextTry_bringsEveryFlowBackToIt() {
        a.in(Mood.REFUSES);
        rig.stream();
        a.in(Mood.OPENS);
        rig.time.millis(1_100);
        rig.stream();
        rig.stream();
        assertThat(a.opened).hasSize(2);
        assertThat(b.opened).hasSize(1);
        assertThat(rig.count("membersUp")).isEqualTo(3);
    }

    @Test
    void firstIsTried_otherFlowsMeanwhile_goByTheSecond() {
        a.in(Mood.REFUSES);
        rig.stream();
        a.in(Mood.SILENT);
        rig.time.millis(1_100);
        Future<ByteStream> trying = rig.stream();
        assertThat(trying.isDone()).isFalse();
        assertThat(rig.stream().isSuccess()).isTrue();
        assertThat(a.asked()).as("by one flow only").isEqualTo(2);
        assertThat(b.opened).hasSize(2);
    }

    @Test
    void firstIsTried_clientGivesUp_isTriedAgainAfterAsLongAgain() {
        a.in(Mood.REFUSES);
        rig.stream();
        a.in(Mood.SILENT);
        rig.time.millis(1_100);
        rig.stream().cancel(false);
        rig.time.run();
        rig.stream();
        assertThat(a.asked()).isEqualTo(2);
        rig.time.millis(1_100);
        a.in(Mood.OPENS);
        rig.stream();
        assertThat(a.opened).hasSize(1);
    }

    @Test
    void destinationRefuses_flow_endsAndNobodyElseIsAsked() {
        a.in(Mood.REFUSED_BY_DESTINATION);
        Future<ByteStream> flow = rig.stream();
        assertThat(failure(flow).reason()).isEqualTo(CloseReason.CONNECT_REFUSED);
        assertThat(failure(flow).getMessage()).isEqualTo("the destination refused");
        assertThat(b.asked()).isZero();
        assertThat(rig.count("membersUp")).isEqualTo(3);
    }

    /** A flow that the first member is asked for, and fails. */
    private Future<ByteStream> firstFails(CloseReason reason, String why, ConnectException.Blame blame) {
        a.in(Mood.SILENT);
        Future<ByteStream> flow = rig.stream();
        a.streams.getLast().setFailure(new ConnectException(reason, why).blaming(blame));
        rig.time.run();
        return flow;
    }

    @Test
    void proxySaysOnlyThatItFailed_flow_isTriedElsewhereAndTheMemberStaysUp() {
        Future<ByteStream> flow =
                firstFails(CloseReason.PROXY_FAILED, "general failure", ConnectException.Blame.DESTINATION);
        assertThat(flow.isSuccess()).isTrue();
        assertThat(b.opened).hasSize(1);
        assertThat(rig.count("membersUp")).isEqualTo(3);
    }

    /** Each of two lines reaches what the other does not. */
    @Test
    void unreachableByTheFirst_flow_goesToTheNextAndTheMemberStaysUp() {
        Future<ByteStream> flow = firstFails(CloseReason.UNREACHABLE, "no route", ConnectException.Blame.DESTINATION);
        assertThat(flow.isSuccess()).isTrue();
        assertThat(rig.count("membersUp")).isEqualTo(3);
    }

    /** This host's resolver is none of a proxy's, and what HTTP cannot carry SOCKS5 can. */
    @Test
    void nameIsUnknownToTheFirst_flow_goesToTheNextAndTheMemberStaysUp() {
        Future<ByteStream> flow = firstFails(CloseReason.RESOLVE_FAILED, "no name", ConnectException.Blame.DESTINATION);
        assertThat(flow.isSuccess()).isTrue();
        assertThat(b.opened).hasSize(1);
        assertThat(rig.count("membersUp")).isEqualTo(3);
    }

    /** As by a loopback, whose second flow had a proxy that refused it. */
    @ParameterizedTest
    @EnumSource(
            value = CloseReason.class,
            names = {
                "CONNECT_REFUSED",
                "CONNECT_TIMEOUT",
                "TLS_FAILED",
                "PROXY_AUTH_FAILED",
                "PROXY_FAILED",
                "RESOLVE_FAILED",
                "UNREACHABLE"
            })
    void nobodyKnowsWhoseFault_flow_goesToTheNextAndTheMemberStaysUp(CloseReason reason) {
        a.in(Mood.SILENT);
        Future<ByteStream> flow = rig.stream();
        a.streams.getLast().setFailure(new ConnectException(reason, "refused").blaming(ConnectException.Blame.UNKNOWN));
        rig.time.run();
        assertThat(flow.isSuccess()).isTrue();
        assertThat(b.opened).hasSize(1);
        assertThat(rig.count("membersUp")).isEqualTo(3);
    }

    @Test
    void nobodyKnowsWhoseFault_memberThatIsTried_isNotUpForThat() {
        a.in(Mood.REFUSES);
        rig.stream();
        a.in(Mood.SILENT);
        rig.time.millis(1_100);
        rig.stream();
        a.streams
                .getLast()
                .setFailure(new ConnectException(CloseReason.CONNECT_REFUSED, "refused")
                        .blaming(ConnectException.Blame.UNKNOWN));
        rig.time.run();
        assertThat(rig.count("membersUp")).isEqualTo(2);
    }

    @Test
    void everyMemberFailsOnTheWay_soDoesTheGroup_butWhoKnowsWhereOneSaysItIsTheDestination() {
        a.in(Mood.REFUSES);
        b.in(Mood.REFUSES);
        c.in(Mood.REFUSES);
        assertThat(failure(rig.stream()).blame()).isEqualTo(ConnectException.Blame.WAY);
        c.in(Mood.SILENT);
        rig.time.millis(5_000);
        Future<ByteStream> flow = rig.stream();
        c.streams
                .getLast()
                .setFailure(new ConnectException(CloseReason.UNREACHABLE, "no route")
                        .blaming(ConnectException.Blame.DESTINATION));
        rig.time.run();
        assertThat(failure(flow).blame()).isEqualTo(ConnectException.Blame.UNKNOWN);
    }

    /** What is found out here, about a name that cannot be asked for, is no answer of the member's. */
    @Test
    void tryingFlowIsRefusedHere_member_staysDown() {
        a.in(Mood.REFUSES);
        rig.stream();
        a.in(Mood.SILENT);
        rig.time.millis(1_100);
        rig.stream();
        a.streams
                .getLast()
                .setFailure(new ConnectException(CloseReason.RESOLVE_FAILED, "no name")
                        .blaming(ConnectException.Blame.DESTINATION));
        rig.time.run();
        assertThat(rig.count("membersUp")).isEqualTo(2);
        a.in(Mood.OPENS);
        rig.time.millis(1_100);
        rig.stream();
        assertThat(rig.count("membersUp")).as("tried again").isEqualTo(3);
    }

    /** A bundle that is being replaced may lack its classes for a moment. */
    @Test
    void memberThrowsAnError_whileItIsTried_isTriedAgain() {
        a.in(Mood.REFUSES);
        rig.stream();
        a.in(Mood.LACKS_A_CLASS);
        rig.time.millis(1_100);
        assertThat(rig.stream().isSuccess()).isTrue();
        a.in(Mood.OPENS);
        rig.time.millis(2_000);
        rig.stream();
        assertThat(a.opened).hasSize(1);
    }

    @Test
    void unsupported_flow_goesToTheNextAndTheMemberStaysUp() {
        a.in(Mood.UNSUPPORTED);
        assertThat(rig.association().isSuccess()).isTrue();
        assertThat(b.ports).hasSize(1);
        assertThat(rig.count("membersUp")).isEqualTo(3);
    }

    @Test
    void memberThrows_flow_goesToTheNextAndTheMemberIsDown() {
        a.in(Mood.THROWS);
        assertThat(rig.stream().isSuccess()).isTrue();
        assertThat(rig.balancer.description()).startsWith("failover of a (down, IllegalStateException), b");
    }

    @Test
    void oneAttemptFails_whileAnotherWasAnswered_memberStaysUp() {
        a.in(Mood.SILENT);
        Future<ByteStream> failing = rig.stream();
        Future<ByteStream> other = rig.stream();
        a.streams.get(1).setSuccess(a.stream(rig.time.loop));
        a.streams.get(0).setFailure(new ConnectException(CloseReason.PROXY_FAILED, "closed"));
        rig.time.run();
        assertThat(other.isSuccess()).isTrue();
        assertThat(failing.isSuccess()).as("by the next one").isTrue();
        assertThat(b.opened).hasSize(1);
        assertThat(rig.count("membersUp")).isEqualTo(3);
    }

    @Test
    void allRefuse_flow_failsAndNamesEach() {
        a.in(Mood.REFUSES);
        b.in(Mood.REFUSES);
        c.in(Mood.UNSUPPORTED);
        ConnectException failure = failure(rig.stream());
        assertThat(failure.reason()).as("they share none").isEqualTo(CloseReason.PROXY_FAILED);
        assertThat(failure)
                .hasMessage("no outbound of the balancer 'group' opened it: 'a' CONNECT_REFUSED: a refused; "
                        + "'b' CONNECT_REFUSED: b refused; 'c' OUTBOUND_UNSUPPORTED: c cannot do that");
        c.in(Mood.REFUSES);
        assertThat(failure(rig.stream()).reason()).isEqualTo(CloseReason.CONNECT_REFUSED);
    }

    @Test
    void allAreDown_flow_asksThemAllInOrderRatherThanBeRefused() {
        a.in(Mood.REFUSES);
        b.in(Mood.REFUSES);
        c.in(Mood.REFUSES);
        rig.stream();
        assertThat(rig.count("membersUp")).isZero();
        b.in(Mood.OPENS);
        assertThat(rig.stream().isSuccess())
                .as("without waiting for the back-off")
                .isTrue();
        assertThat(a.asked()).isEqualTo(2);
        assertThat(rig.count("membersUp")).isOne();
    }

    @Test
    void noMember_flow_isRefused() {
        BalancerRig empty = BalancerRig.of(Strategy.FAILOVER);
        assertThat(failure(empty.stream()).reason()).isEqualTo(CloseReason.OUTBOUND_ABSENT);
        assertThat(failure(empty.association())).hasMessageContaining("no outbound of the balancer 'group' is active");
    }

    @Test
    void capabilities_areWhatSomeMemberCan_andEchoWhatAllCan() {
        assertThat(BalancerRig.of(
                                Strategy.FAILOVER,
                                new FakeMember("tcp", Capability.TCP, Capability.LOCAL_ECHO),
                                new FakeMember("udp", Capability.UDP))
                        .balancer
                        .capabilities())
                .containsExactlyInAnyOrder(Capability.TCP, Capability.UDP);
        assertThat(BalancerRig.of(Strategy.FAILOVER, new FakeMember("tcp", Capability.TCP, Capability.LOCAL_ECHO))
                        .balancer
                        .capabilities())
                .containsExactlyInAnyOrder(Capability.TCP, Capability.LOCAL_ECHO);
    }

    @Test
    void memberWithoutDatagrams_association_passesItBy() {
        FakeMember tcp = new FakeMember("tcp", Capability.TCP);
        BalancerRig mixed = BalancerRig.of(Strategy.FAILOVER, tcp, b);
        assertThat(mixed.association().isSuccess()).isTrue();
        assertThat(tcp.asked()).isZero();
        mixed.balancer.remove(b);
        assertThat(failure(mixed.association()).reason()).isEqualTo(CloseReason.OUTBOUND_UNSUPPORTED);
    }

    @Test
    void down_anAssociation_neitherTriesNorProvesAnything() {
        a.in(Mood.REFUSES);
        rig.stream();
        a.in(Mood.OPENS);
        rig.time.millis(5_000);
        rig.association();
        assertThat(a.ports).isEmpty();
        assertThat(b.ports).hasSize(1);
        rig.stream();
        rig.association();
        assertThat(a.ports).hasSize(1);
    }
}
