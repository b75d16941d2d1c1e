package io.sluice.netstack.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimerWheelFaultTest {

    private static final long MILLISECOND = 1_000_000;

    private final List<Long> alarms = new ArrayList<>();
    private final List<String> expired = new ArrayList<>();
    private final TimerWheel wheel = new TimerWheel(0, alarms::add);

    private WheelTimer timer(String name, boolean broken) {
        return new WheelTimer() {
            @Override
            protected void expired(long nowNanos) {
                if (broken) {
                    throw new IllegalStateException(name);
                }
                expired.add(name);
            }
        };
    }

    @Test
    void advance_oneTimerThrows_theOthersExpireWithTheNextAlarm() {
        wheel.arm(timer("later", false), 200 * MILLISECOND);
        wheel.arm(timer("soon", false), 20 * MILLISECOND);
        wheel.arm(timer("broken", true), 10 * MILLISECOND);
        alarms.clear();
        assertThatThrownBy(() -> wheel.advance(100 * MILLISECOND)).hasMessage("broken");
        assertThat(alarms).hasSize(1);
        wheel.advance(100 * MILLISECOND);
        assertThat(expired).containsExactly("soon");
        wheel.arm(timer("new", false), 150 * MILLISECOND);
        wheel.advance(300 * MILLISECOND);
        assertThat(expired).containsExactly("soon", "new", "later");
    }
}
