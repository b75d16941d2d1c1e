package io.sluice.rest.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class AccessTest {

    private Instant now = Instant.parse("2026-11-01T12:00:00Z");

    private final Clock clock = new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    };

    private final Secrets secrets = new Secrets(RandomGenerator.of("L64X128MixRandom"));
    private final String token = secrets.fresh();
    private final Access access = new Access(clock, secrets, Optional.of(Secrets.digest(token)));

    @Test
    void token_has256BitsAndIsComparedWhole() {
        assertThat(token).hasSize(43);
        assertThat(access.token(token)).isTrue();
        assertThat(access.token(token + "x")).isFalse();
        assertThat(access.token("")).isFalse();
    }

    @Test
    void missingDigest_letsNobodyIn() {
        Access closed = new Access(clock, secrets, Optional.empty());
        assertThat(closed.token("")).isFalse();
        assertThat(closed.token(token)).isFalse();
    }

    @Test
    void code_worksOnce_andForTenMinutes() {
        String code = access.newCode();
        assertThat(access.code(code)).isTrue();
        assertThat(access.code(code)).isFalse();
        String late = access.newCode();
        now = now.plus(Duration.ofMinutes(10)).plusSeconds(1);
        assertThat(access.code(late)).isFalse();
    }

    @Test
    void codes_areBounded() {
        String first = access.newCode();
        for (int i = 0; i < Access.MAX_CODES; i++) {
            now = now.plusSeconds(1);
            access.newCode();
        }
        assertThat(access.code(first)).isFalse();
    }

    @Test
    void session_endsWhenIdle_whenOld_andAtLogOut() {
        String session = access.newSession();
        now = now.plus(Duration.ofMinutes(29));
        assertThat(access.session(session)).isTrue();
        now = now.plus(Duration.ofMinutes(31));
        assertThat(access.session(session)).isFalse();

        String busy = access.newSession();
        for (int i = 0; i < 35; i++) {
            now = now.plus(Duration.ofMinutes(20));
            assertThat(access.session(busy))
                    .as("after %d minutes", 20 * (i + 1))
                    .isTrue();
        }
        now = now.plus(Duration.ofMinutes(21));
        assertThat(access.session(busy)).isFalse();

        String over = access.newSession();
        access.endSession(over);
        assertThat(access.session(over)).isFalse();
    }

    @Test
    void wrongAttempts_areLookedAtHundredTimesAnHour() {
        int looked = 0;
        for (int second = 0; second < 3_600; second++) {
            now = now.plusSeconds(1);
            for (int i = 0; i < 3; i++) {
                looked += access.failed() ? 1 : 0;
            }
        }
        assertThat(looked).isBetween(100, 110);
        assertThat(access.token(token)).as("the operator is never locked out").isTrue();
    }
}
