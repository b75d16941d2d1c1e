package io.sluice.outbound.balancer.engine;

import static io.sluice.outbound.balancer.engine.BalancerRig.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.flow.CloseReason;
import io.sluice.outbound.balancer.engine.FakeMember.Mood;
import org.junit.jupiter.api.Test;

/** By turns, by the dice, and where nobody is up. */
class Balancer_StrategyTest {

    private final FakeMember a = FakeMember.ofBoth("a");
    private final FakeMember b = FakeMember.ofBoth("b");
    private final FakeMember c = FakeMember.ofBoth("c");
    private final FakeMember spare = FakeMember.ofBoth("spare");

    private static void streams(BalancerRig rig, int number) {
        for (int i = 0; i < number; i++) {
            assertThat(rig.stream().isSuccess()).isTrue();
        }
    }

    @Test
    void roundRobin_flows_takeTurns() {
        streams(BalancerRig.of(Strategy.ROUND_ROBIN, a, b, c), 9);
        assertThat(a.opened).hasSize(3);
        assertThat(b.opened).hasSize(3);
        assertThat(c.opened).hasSize(3);
    }

    @Test
    void roundRobin_oneIsDown_othersShareItsFlows() {
        b.in(Mood.REFUSES);
        streams(BalancerRig.of(Strategy.ROUND_ROBIN, a, b, c), 11);
        assertThat(b.asked()).isOne();
        assertThat(a.opened.size()).isBetween(5, 6);
        assertThat(c.opened.size()).isBetween(5, 6);
    }

    @Test
    void roundRobin_oneIsBack_isTriedByOneFlowAndTakesItsTurnsAgain() {
        b.in(Mood.REFUSES);
        BalancerRig rig = BalancerRig.of(Strategy.ROUND_ROBIN, a, b, c);
        streams(rig, 3);
        b.in(Mood.OPENS);
        rig.time.millis(1_100);
        streams(rig, 7);
        assertThat(b.opened.size()).isBetween(2, 4);
    }

    @Test
    void random_flows_goByAll() {
        streams(BalancerRig.of(Strategy.RANDOM, a, b, c), 300);
        assertThat(a.opened.size()).isBetween(60, 140);
        assertThat(b.opened.size()).isBetween(60, 140);
        assertThat(c.opened.size()).isBetween(60, 140);
    }

    @Test
    void noneIsUp_flows_goByTheFallback() {
        a.in(Mood.REFUSES);
        b.in(Mood.REFUSES);
        BalancerRig rig = BalancerRig.withFallback(spare, Strategy.RANDOM, a, b);
        streams(rig, 2);
        assertThat(spare.opened).hasSize(2);
        assertThat(a.asked() + b.asked()).isEqualTo(2);
        a.in(Mood.OPENS);
        rig.time.millis(1_100);
        streams(rig, 2);
        assertThat(a.opened).as("tried, and back").hasSize(2);
    }

    @Test
    void noneIsUp_fallbackFails_everybodyIsAsked() {
        a.in(Mood.REFUSES);
        spare.in(Mood.REFUSES);
        BalancerRig rig = BalancerRig.withFallback(spare, Strategy.FAILOVER, a);
        assertThat(failure(rig.stream()).getMessage())
                .isEqualTo("no outbound of the balancer 'group' opened it: 'a' CONNECT_REFUSED: a refused; "
                        + "'spare' CONNECT_REFUSED: spare refused");
        a.in(Mood.OPENS);
        assertThat(rig.stream().isSuccess()).isTrue();
    }

    @Test
    void fallback_isAMemberToo_isAskedOnce() {
        a.in(Mood.REFUSES);
        BalancerRig rig = BalancerRig.withFallback(a, Strategy.FAILOVER, a);
        assertThat(failure(rig.stream()).reason()).isEqualTo(CloseReason.CONNECT_REFUSED);
        assertThat(a.asked()).isOne();
    }

    @Test
    void twoOfOneTag_theHigherRankingIsUsed() {
        BalancerRig rig = BalancerRig.of(Strategy.FAILOVER, a);
        FakeMember better = FakeMember.ofBoth("a");
        rig.balancer.add(better, 1);
        streams(rig, 1);
        assertThat(better.opened).hasSize(1);
        rig.balancer.remove(better);
        streams(rig, 1);
        assertThat(a.opened).hasSize(1);
    }
}
