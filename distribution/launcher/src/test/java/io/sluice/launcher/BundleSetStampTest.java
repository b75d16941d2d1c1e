package io.sluice.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleSetStampTest {
    @TempDir
    Path data;

    private Path jar;

    @BeforeEach
    void fillStorage() throws Exception {
        jar = Files.writeString(data.resolve("a.jar"), "jar");
        Files.setLastModifiedTime(jar, FileTime.fromMillis(1_000));
        stamp(5).write();
    }

    @Test
    void knows_the_same_set_again() throws Exception {
        assertThat(stamp(5).matches()).isTrue();
    }

    @Test
    void a_jar_of_another_time_is_another_set() throws Exception {
        Files.setLastModifiedTime(jar, FileTime.fromMillis(2_000));

        assertThat(stamp(5).matches()).isFalse();
    }

    @Test
    void a_jar_of_another_size_is_another_set() throws Exception {
        Files.writeString(jar, "longer");
        Files.setLastModifiedTime(jar, FileTime.fromMillis(1_000));

        assertThat(stamp(5).matches()).isFalse();
    }

    @Test
    void another_start_level_is_another_set() throws Exception {
        assertThat(stamp(6).matches()).isFalse();
    }

    @Test
    void another_bundle_is_another_set() throws Exception {
        assertThat(BundleSetStamp.of(new BundlePlan(List.of()), data).matches()).isFalse();
    }

    @Test
    void a_cleared_stamp_matches_nothing() throws Exception {
        stamp(5).clear();

        assertThat(stamp(5).matches()).isFalse();
    }

    private BundleSetStamp stamp(int startLevel) throws LaunchException, IOException {
        BundlePlan.Entry entry = new BundlePlan.Entry(ArtifactId.parse("g:a:1"), jar, startLevel);
        return BundleSetStamp.of(new BundlePlan(List.of(entry)), data);
    }
}
