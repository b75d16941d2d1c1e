package io.sluice.outbound.balancer.engine;

import static org.assertj.core.api.Assertions.assertThat;

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
    void roundRobin_streamsAndAssociations_eachTakeTurns() {
        BalancerRig rig = BalancerRig.of(Strategy.ROUND_ROBIN, a, b);
        for (int i = 0; i < 4; i++) {
            rig.stream();
            rig.association();
        }
        assertThat(a.opened).hasSize(2);
        assertThat(b.opened).hasSize(2);
        assertThat(a.ports).hasSize(2);
        assertThat(b.ports).hasSize(2);
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
