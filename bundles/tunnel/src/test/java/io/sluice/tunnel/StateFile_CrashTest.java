package io.sluice.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.crash.Crash;
import io.sluice.testkit.crash.DiskRecorder;
import io.sluice.tunnel.engine.FakeHost;
import io.sluice.tunnel.engine.Memory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A crash at any octet and at any step of a write, and a power cut at any step: what was kept is there, or what was being kept. */
class StateFile_CrashTest {

    @TempDir
    private Path folder;

    @Test
    void crashAnywhere_leavesWhatWasKept() throws Exception {
        List<Memory> kept = List.of(
                Memory.EMPTY,
                new Memory(
                        Optional.of(FakeHost.profile()),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        false,
                        true),
                new Memory(
                        Optional.of(FakeHost.profile()),
                        Optional.of(FakeHost.profile()),
                        Optional.empty(),
                        Optional.of(Instant.EPOCH),
                        Optional.empty(),
                        true,
                        true),
                Memory.EMPTY.withResume(true));
        DiskRecorder disk = new DiskRecorder(Files.createDirectory(folder.resolve("disk")));
        StateFile file = new StateFile(disk.folder().resolve("tunnel"));
        for (Memory memory : kept.subList(1, kept.size())) {
            disk.begin();
            file.write(memory);
            disk.done();
        }

        Path left = folder.resolve("left");
        List<Crash> crashes = disk.crashes();
        assertThat(crashes).hasSizeGreaterThan(1_000);
        for (Crash crash : crashes) {
            crash.layOut(left);
            assertThat(new StateFile(left.resolve("tunnel")).read())
                    .as(crash.toString())
                    .isIn(kept.subList(crash.kept(), crash.begun() + 1));
        }
    }
}
