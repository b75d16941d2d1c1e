package io.sluice.policy.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The compiled set against a matcher that tries everything in turn. */
class DomainSetPropertyTest {

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {21, 22, 23, 24})
    void domains_random_agreeWithOneByOne(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 100; round++) {
            List<DomainSet.Entry> entries = new ArrayList<>();
            for (int n = random.nextInt(30); n > 0; n--) {
                entries.add(new DomainSet.Entry(
                        random.nextBoolean() ? DomainSet.Kind.FULL : DomainSet.Kind.SUFFIX, name(random)));
            }
            DomainSet set = new DomainSet(entries);
            for (int probe = 0; probe < 200; probe++) {
                String name = name(random);
                boolean expected = entries.stream()
                        .anyMatch(e -> e.name().equals(name)
                                || (e.kind() == DomainSet.Kind.SUFFIX && name.endsWith("." + e.name())));
                assertThat(set.contains(name)).as("%s in %s", name, entries).isEqualTo(expected);
            }
        }
    }

    private static String name(Random random) {
        String[] labels = {"a", "b", "ab", "example", "org"};
        StringBuilder name = new StringBuilder(labels[random.nextInt(labels.length)]);
        for (int n = random.nextInt(4); n > 0; n--) {
            name.append('.').append(labels[random.nextInt(labels.length)]);
        }
        return name.toString();
    }
}
