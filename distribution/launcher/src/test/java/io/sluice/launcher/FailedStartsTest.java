package io.sluice.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each {@link FailedStarts} is one process; time passes where the test says so. */
class FailedStartsTest {

    private static final FailedStarts.End NEVER = time -> false;
    private static final FailedStarts.End AT_ONCE = time -> true;

    @TempDir
    Path data;

    private FailedStarts process() {
        return FailedStarts.read(data, "this-boot");
    }

    private FailedStarts killed(String... did) {
        FailedStarts starts = process();
        starts.begin();
        for (String words : did) {
            starts.doing(words);
        }
        return starts;
    }

    private void killedTimes(int times) {
        IntStream.range(0, times).forEach(i -> killed());
    }

    @Test
    void waits_longer_each_time_and_after_five_is_in_rescue_mode_at_once() {
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < 13; i++) {
            FailedStarts starts = killed();
            seen.add(starts.delay().toSeconds() + (starts.rescue() ? " rescue" : ""));
        }

        assertThat(seen)
                .containsExactly(
                        "0",
                        "1",
                        "2",
                        "4",
                        "8",
                        "0 rescue",
                        "1 rescue",
                        "2 rescue",
                        "4 rescue",
                        "8 rescue",
                        "16 rescue",
                        "30 rescue",
                        "30 rescue");
    }

    @Test
    void an_end_by_wish_counts_nothing_and_forgets_what_was_before() {
        killedTimes(7);
        FailedStarts stopped = killed();
        stopped.clear();
        stopped.doing("while it stopped");

        assertThat(process().count()).isZero();
        assertThat(data).isEmptyDirectory();
    }

    @Test
    void who_stands_for_a_minute_has_not_failed() throws Exception {
        killedTimes(4);
        List<Duration> waited = new ArrayList<>();
        killed().stand(time -> !waited.add(time));

        assertThat(waited).containsExactly(Duration.ofSeconds(60));
        assertThat(process().count()).isZero();
    }

    @Test
    void who_ends_before_has() throws Exception {
        killedTimes(4);
        killed().stand(AT_ONCE);

        assertThat(process().rescue()).isTrue();
    }

    @Test
    void rescue_mode_is_left_by_a_wish_and_not_by_standing() throws Exception {
        killedTimes(5);
        killed().stand(NEVER);

        assertThat(process().rescue()).isTrue();
        killed().clear();
        assertThat(process().rescue()).isFalse();
    }

    @Test
    void another_boot_begins_anew() {
        killedTimes(9);

        FailedStarts other = FailedStarts.read(data, "another-boot");
        assertThat(other.count()).isZero();
        assertThat(other.delay()).isZero();
        other.begin();
        assertThat(FailedStarts.read(data, "another-boot").count()).isEqualTo(1);
    }

    @Test
    void says_where_the_last_one_ended() {
        killed("while a was being started");
        assertThat(process().text()).as("the first is not slowed down").isEqualTo("1 start has failed");
        killed("while a was being started", "while b was being started");
        assertThat(process().text()).isEqualTo("2 starts in a row have failed, the last one while b was being started");
        killed();
        assertThat(process().text()).isEqualTo("3 starts in a row have failed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\0\0\0\0",
                "boot=this-boot",
                "boot=this-boot\nfailed=",
                "boot=this-boot\nfailed=-7",
                "boot=this-boot\nfailed=99999999999",
                "failed=9",
            })
    void a_file_that_makes_no_sense_counts_nothing(String text) throws IOException {
        Files.writeString(data.resolve("launcher.starts"), text);

        assertThat(process().count()).isZero();
        killed();
        assertThat(process().count()).isEqualTo(1);
    }

    @Test
    void where_nothing_can_be_written_it_starts_as_ever() throws IOException {
        Files.createDirectories(data.resolve("launcher.starts/in-the-way"));

        killed().clear();
        assertThat(process().count()).isZero();
    }
}
