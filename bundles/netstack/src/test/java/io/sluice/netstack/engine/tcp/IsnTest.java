package io.sluice.netstack.engine.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.flow.CloseReason;
import io.sluice.netstack.engine.Endpoint;
import io.sluice.netstack.engine.MappedAddress;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Initial sequence numbers: RFC 6528 §3, RFC 9293 §3.4.1. */
@DisplayNameGeneration(CaseNames.class)
class IsnTest {

    private static final int COUNT = 10_000;
    private static final long NOW = 5_000_000_000_000L;

    private static Endpoint endpoint(int i) {
        long client = MappedAddress.low(0x0a00_0000 + i / 200);
        long server = MappedAddress.low(Conversation.SERVER);
        return new TcpEndpoint(null, 0, client, 0, server, Endpoint.ports(1_024 + i % 200, 80)) {
            @Override
            void arrived(Segment segment) {}

            @Override
            void detach(CloseReason reason, long nowNanos) {}

            @Override
            protected void expired(long nowNanos) {}
        };
    }

    @Test
    @Tag("TC-09")
    void tenThousandTuples_sameMicrosecond_nearEachOtherAsOftenAsChance() {
        for (long seed = 1; seed <= 20; seed++) {
            Random random = new Random(seed);
            Isn isn = new Isn(random.nextLong(), random.nextLong());
            int[] numbers = new int[COUNT];
            for (int i = 0; i < COUNT; i++) {
                numbers[i] = isn.next(endpoint(i), NOW);
            }
            Arrays.sort(numbers);
            int near = 0;
            for (int i = 0; i < COUNT; i++) {
                for (int j = i + 1; j < COUNT && (long) numbers[j] - numbers[i] < 1 << 16; j++) {
                    near++;
                }
            }
            // n² / 2 pairs, each with probability 2^17 / 2^32: 1,526 expected, 39 standard deviation
            assertThat(near).as("pairs within 2^16, seed %d", seed).isBetween(1_526 - 5 * 39, 1_526 + 5 * 39);
        }
    }

    @Test
    @Tag("TC-09")
    void sameTuple_increasesWithAClockOfFourMicroseconds() {
        Isn isn = new Isn(1, 2);
        int first = isn.next(endpoint(7), NOW);
        for (int step = 1; step < 100_000; step += 13) {
            assertThat(isn.next(endpoint(7), NOW + step * 4_000L)).isEqualTo(first + step);
        }
    }

    @Test
    @Tag("TC-09")
    void restart_otherKey() {
        Random random = new Random(9);
        int same = 0;
        for (int restart = 0; restart < COUNT; restart++) {
            Isn isn = new Isn(random.nextLong(), random.nextLong());
            same += Math.abs(isn.next(endpoint(7), NOW) - new Isn(1, 2).next(endpoint(7), NOW)) < 1 << 16 ? 1 : 0;
        }
        assertThat(same).as("restarts whose ISN lies near the former one").isLessThan(5);
    }
}
