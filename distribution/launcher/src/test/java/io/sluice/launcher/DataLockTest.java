package io.sluice.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataLockTest {
    @TempDir
    Path parent;

    @Test
    void a_second_taker_is_told_who_runs_and_changes_nothing() throws Exception {
        Path data = parent.resolve("data");
        try (DataLock first = DataLock.take(data)) {
            assertThat(first).isNotNull();
            String content = Files.readString(data.resolve("lock"));

            assertThatThrownBy(() -> DataLock.take(data))
                    .isInstanceOf(LaunchException.class)
                    .hasMessageStartingWith("Sluice already runs on " + data + " as process "
                            + ProcessHandle.current().pid() + ". ");

            assertThat(data.resolve("lock")).hasContent(content);
            assertThat(content).isEqualTo(ProcessHandle.current().pid() + "\n");
        }
    }

    @Test
    void can_be_taken_again_after_it_was_released() throws Exception {
        DataLock.take(parent).close();
        DataLock.take(parent).close();
    }

    @Test
    void replaces_the_process_id_that_a_crash_left() throws Exception {
        Files.writeString(parent.resolve("lock"), "99999999999999\n");

        DataLock.take(parent).close();

        assertThat(parent.resolve("lock")).hasContent(ProcessHandle.current().pid() + "\n");
    }

    @Test
    void makes_the_directory_private() throws Exception {
        Path data = parent.resolve("new");
        DataLock.take(data).close();

        if (Files.getFileAttributeView(data, PosixFileAttributeView.class) != null) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void names_the_directory_that_cannot_be_written() throws Exception {
        Path file = Files.writeString(parent.resolve("file"), "");

        assertThatThrownBy(() -> DataLock.take(file.resolve("data")))
                .hasMessageContaining("cannot be taken")
                .hasMessageContaining("Check the owner, rights and free space");
    }
}
