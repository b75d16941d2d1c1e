package io.sluice.flow.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IdleWheelTest {

    private final IdleWheel wheel = new IdleWheel();
    private final List<IdleWheel.Node> expired = new ArrayList<>();

    @Test
    void ticks_anyTime_roundedUp() {
        assertThat(IdleWheel.ticks(Duration.ofMillis(1))).isEqualTo(1);
        assertThat(IdleWheel.ticks(Duration.ofMillis(1_000))).isEqualTo(1);
        assertThat(IdleWheel.ticks(Duration.ofMillis(1_001))).isEqualTo(2);
        assertThat(IdleWheel.ticks(Duration.ofDays(100_000))).isPositive();
    }

    @Test
    void limit_longerThanTheRing_expiresNeitherEarlyNorLate() {
        IdleWheel.Node node = new IdleWheel.Node();
        wheel.touch(node);
        wheel.limit(node, 7_440);
        turn(7_440);
        assertThat(expired).isEmpty();
        turn(1);
        assertThat(expired).containsExactly(node);
        turn(2_000);
        assertThat(expired).hasSize(1);
    }

    @Test
    void touch_duringLife_postponesTheEnd() {
        IdleWheel.Node node = new IdleWheel.Node();
        wheel.touch(node);
        wheel.limit(node, 10);
        for (int i = 0; i < 20; i++) {
            turn(9);
            wheel.touch(node);
        }
        turn(10);
        assertThat(expired).isEmpty();
        turn(1);
        assertThat(expired).containsExactly(node);
    }

    @Test
    void remove_fromWithinAnExpiry_isSafe() {
        IdleWheel.Node first = new IdleWheel.Node();
        IdleWheel.Node second = new IdleWheel.Node();
        wheel.limit(first, 3);
        wheel.limit(second, 3);
        for (int i = 0; i < 5; i++) {
            wheel.tick(node -> {
                expired.add(node);
                wheel.remove(node == first ? second : first);
            });
        }
        assertThat(expired).hasSize(1);
    }

    /** Random activity against the rule itself: out at the first tick that finds the last activity more than the limit ago. */
    @Test
    void nodes_random_expireExactlyWhenTheRuleSays() {
        Random random = new Random(7);
        Map<IdleWheel.Node, int[]> model = new HashMap<>();
        for (int i = 0; i < 200; i++) {
            IdleWheel.Node node = new IdleWheel.Node();
            int limit = 1 + random.nextInt(1_500);
            wheel.touch(node);
            wheel.limit(node, limit);
            model.put(node, new int[] {0, limit});
        }
        for (int tick = 1; tick <= 4_000; tick++) {
            int now = tick;
            wheel.tick(node -> {
                int[] state = model.remove(node);
                assertThat(now - state[0]).isEqualTo(state[1] + 1);
            });
            model.forEach((node, state) -> {
                assertThat(now - state[0]).isLessThanOrEqualTo(state[1]);
                if (now < 2_000 && random.nextInt(400) == 0) {
                    wheel.touch(node);
                    state[0] = now;
                }
            });
        }
        assertThat(model).isEmpty();
    }

    private void turn(int ticks) {
        for (int i = 0; i < ticks; i++) {
            wheel.tick(expired::add);
        }
    }
}
