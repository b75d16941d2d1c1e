package io.sluice.testkit.impairment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One direction in virtual time. */
class ImpairedDirectionTest {

    private static final long MILLISECOND = 1_000_000;

    private final RelayCounters.Direction counters = new RelayCounters().leftToRight();

    private ImpairedDirection direction(String path) {
        return new ImpairedDirection(Impairment.parse(path), 7, 4096, counters);
    }

    @Test
    void rate_spacesFramesAndDelaysThem() {
        ImpairedDirection direction = direction("rate=12mbit queue=1m delay=10ms");
        assertThat(direction.offer(1500, false, 0)).isEqualTo(11 * MILLISECOND);
        assertThat(direction.offer(1500, false, 0)).isEqualTo(12 * MILLISECOND);
        assertThat(direction.offer(1500, false, 5 * MILLISECOND)).isEqualTo(16 * MILLISECOND);
    }

    @Test
    void queue_full_dropsAtItsTail() {
        ImpairedDirection direction = direction("rate=12mbit queue=3000");
        direction.offer(1500, false, 0);
        direction.offer(1500, false, 0);
        assertThat(direction.offer(1500, false, 0)).isEqualTo(ImpairedDirection.DROPPED);
        assertThat(direction.offer(1500, false, MILLISECOND)).isEqualTo(3 * MILLISECOND);
        assertThat(counters.queueFull()).isEqualTo(1);
    }

    @Test
    void queue_smallerThanAFrame_passesOneAtATime() {
        ImpairedDirection direction = direction("rate=12mbit queue=1");
        assertThat(direction.offer(1500, false, 0)).isEqualTo(MILLISECOND);
        assertThat(direction.offer(1500, false, 0)).isEqualTo(ImpairedDirection.DROPPED);
    }

    @Test
    void blackHole_longPacketsVanish() {
        ImpairedDirection direction = direction("mtu=1280");
        assertThat(direction.offer(1281, false, 0)).isEqualTo(ImpairedDirection.DROPPED);
        assertThat(direction.offer(1280, false, 0)).isZero();
        assertThat(counters.tooLong()).isEqualTo(1);
    }

    @Test
    void neighbours_neitherLostNorQueued() {
        ImpairedDirection direction = direction("loss=100% rate=12mbit queue=1 delay=5ms");
        assertThat(direction.offer(1500, false, 0)).isEqualTo(ImpairedDirection.DROPPED);
        assertThat(direction.offer(28, true, 0)).isEqualTo(5 * MILLISECOND);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.01, 0.05, 0.5})
    void probabilities_keptInTheLongRun(double p) {
        Impairment all = Impairment.NONE
                .withDelay(Duration.ofMillis(1))
                .withLoss(p)
                .withDuplication(p)
                .withCorruption(p)
                .withReordering(p);
        ImpairedDirection direction = new ImpairedDirection(all, 3, 1, counters);
        int duplicated = 0;
        int corrupted = 0;
        int frames = 100_000;
        for (int i = 0; i < frames; i++) {
            direction.offer(1000, false, 0);
            duplicated += direction.duplicates() ? 1 : 0;
            corrupted += direction.corruptedBit(100) >= 0 ? 1 : 0;
        }
        double spread = 5 * Math.sqrt(p * (1 - p) * frames);
        assertThat((double) counters.lost()).isBetween(p * frames - spread, p * frames + spread);
        assertThat((double) counters.overtaking())
                .isBetween(p * (1 - p) * frames - spread, p * (1 - p) * frames + spread);
        assertThat((double) duplicated).isBetween(p * frames - spread, p * frames + spread);
        assertThat((double) corrupted).isBetween(p * frames - spread, p * frames + spread);
    }

    @Test
    void sameSeed_sameDecisions() {
        List<Long> first = arrivals(1);
        assertThat(arrivals(1)).isEqualTo(first);
        assertThat(arrivals(2)).isNotEqualTo(first);
    }

    private List<Long> arrivals(long seed) {
        Impairment path = Impairment.parse("loss=10% delay=10ms jitter=2ms reorder=5%");
        ImpairedDirection direction = new ImpairedDirection(path, seed, 1, counters);
        List<Long> arrivals = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            arrivals.add(direction.offer(100, false, i));
        }
        return arrivals;
    }

    @Test
    void takes_inOrderOfArrivalAndEntry() {
        ImpairedDirection direction = direction("");
        long[] arrivals = {5, 3, 9, 3, 1, 5, 3};
        for (int frame = 0; frame < arrivals.length; frame++) {
            direction.enter(frame, arrivals[frame]);
        }
        List<Integer> order = new ArrayList<>();
        while (direction.nextArrivalNanos() != Long.MAX_VALUE) {
            order.add(direction.take());
        }
        assertThat(order).containsExactly(4, 1, 3, 6, 0, 5, 2);
    }

    @Test
    void jitter_staysWithinItsBounds() {
        ImpairedDirection direction = direction("delay=10ms jitter=4ms");
        long least = Long.MAX_VALUE;
        long most = 0;
        for (int i = 0; i < 10_000; i++) {
            long arrival = direction.offer(100, false, 0);
            least = Math.min(least, arrival);
            most = Math.max(most, arrival);
        }
        assertThat(least).isBetween(6 * MILLISECOND, 7 * MILLISECOND);
        assertThat(most).isBetween(13 * MILLISECOND, 14 * MILLISECOND);
    }

    @ParameterizedTest
    @ValueSource(strings = {"loss", "loss=2", "loss=-1%", "delay=fast", "speed=1mbit", "jitter=1ms", "mtu=0"})
    void nonsense_isNamed(String word) {
        assertThatThrownBy(() -> Impairment.parse("rate=1mbit " + word))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + word + "'");
    }

    @Test
    void text_readAsWritten() {
        assertThat(Impairment.parse("rate=1.5mbit queue=64k loss=1% delay=1.5ms corrupt=0.25 mtu=1280"))
                .isEqualTo(new Impairment(
                        1280, 1_500_000, 65_536, 0.01, 0.25, 0, Duration.ofNanos(1_500_000), Duration.ZERO, 0));
        assertThat(Impairment.parse("rate=100mbit").queueBytes()).isEqualTo(1_250_000);
        assertThat(Impairment.parse("rate=1mbit").queueBytes()).isEqualTo(65_536);
    }
}
