package io.sluice.shadowsocks.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SlidingWindowTest {

    private final SlidingWindow window = new SlidingWindow();

    private boolean take(long number) {
        boolean fresh = window.isFresh(number);
        if (fresh) {
            window.mark(number);
        }
        return fresh;
    }

    @Test
    void duplicate_isRefused() {
        assertThat(take(0)).isTrue();
        assertThat(take(0)).isFalse();
        assertThat(take(1)).isTrue();
        assertThat(take(1)).isFalse();
    }

    @Test
    void lookingAlone_changesNothing() {
        take(5);
        window.isFresh(1_000_000);
        assertThat(take(4)).isTrue();
    }

    @Test
    void behindTheWindow_isRefused_withinIt_not() {
        take(100_000);
        assertThat(take(100_000 - SlidingWindow.SIZE)).isFalse();
        assertThat(take(100_000 - SlidingWindow.SIZE + 1)).isTrue();
        assertThat(take(100_000 - SlidingWindow.SIZE + 1)).isFalse();
        assertThat(take(-1)).isFalse();
        assertThat(take(Long.MIN_VALUE)).isFalse();
    }

    @Test
    void greatestNumber_hasNoOverflow() {
        assertThat(take(Long.MAX_VALUE)).isTrue();
        assertThat(take(Long.MAX_VALUE)).isFalse();
        assertThat(take(Long.MAX_VALUE - 1)).isTrue();
        assertThat(take(0)).isFalse();
    }

    /** Against a plain set, with jumps, reordering and repetition. */
    @Test
    void randomOrder_agreesWithASet() {
        long seed = Long.getLong("sluice.seed", 42);
        Random random = new Random(seed);
        Set<Long> seen = new HashSet<>();
        long highest = -1;
        for (int i = 0; i < 200_000; i++) {
            long near = Math.max(0, highest - 3_000 + random.nextInt(3_100));
            long number = random.nextInt(500) == 0 ? highest + random.nextInt(5_000) : near;
            number = Math.max(0, number);
            boolean inWindow = number > highest - SlidingWindow.SIZE;
            boolean expected = (number > highest || inWindow) && !seen.contains(number);
            assertThat(take(number))
                    .as("seed %d, step %d, number %d, highest %d", seed, i, number, highest)
                    .isEqualTo(expected);
            if (expected) {
                seen.add(number);
                highest = Math.max(highest, number);
            }
        }
    }
}
