package io.sluice.testkit.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.probe.ChiSquare.Probe;
import java.time.Duration;
import java.util.Random;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChiSquareTest {

    private static double of(IntToLongFunction micros) {
        return ChiSquare.of(IntStream.rangeClosed(1, 440)
                .map(i -> 1 + i % 220)
                .mapToObj(length -> new Probe(
                        length,
                        Duration.ofNanos(micros.applyAsLong(length) * 1_000).toNanos()))
                .toList());
    }

    @Test
    void timeThatDependsOnTheLength_isSeenWhicheverAreMore() {
        assertThat(of(length -> length < 50 ? 5_200 : 200))
                .as("the few are late")
                .isGreaterThan(ChiSquare.LIMIT);
        assertThat(of(length -> length < 50 ? 200 : 5_200))
                .as("the many are late")
                .isGreaterThan(ChiSquare.LIMIT);
        assertThat(of(length -> length * 100L)).as("each octet takes its time").isGreaterThan(ChiSquare.LIMIT);
    }

    @Test
    void timeThatDependsOnChance_isNotTakenForOneOfTheLength() {
        assertThat(of(_ -> 200)).isZero();
        int taken = 0;
        for (int seed = 0; seed < 1_000; seed++) {
            Random random = new Random(seed);
            if (of(_ -> random.nextInt(8_000)) > ChiSquare.LIMIT) {
                taken++;
            }
        }
        assertThat(taken).as("of a thousand").isLessThan(40);
    }
}
