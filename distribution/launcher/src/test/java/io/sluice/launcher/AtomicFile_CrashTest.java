package io.sluice.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.crash.Crash;
import io.sluice.testkit.crash.DiskRecorder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A crash at any octet and step of a write, and a power cut at any step: the old text or the new one, and what was acknowledged is there. */
class AtomicFile_CrashTest {

    @TempDir
    private Path folder;

    @Test
    void crashAnywhere_leavesTheOldTextOrTheNewOne() throws Exception {
        Path real = Files.createDirectory(folder.resolve("disk"));
        List<String> texts = List.of("state=STOPPED\n", "state=STARTING\npid=1\n", "state=READY\npid=1\n");
        Files.writeString(real.resolve("launcher.state"), texts.getFirst());
        DiskRecorder disk = new DiskRecorder(real);
        for (String text : texts.subList(1, texts.size())) {
            disk.begin();
            AtomicFile.write(disk.folder().resolve("launcher.state"), text);
            disk.done();
        }
        assertThat(disk.crashes()).hasSizeGreaterThan(40);
        for (Crash crash : disk.crashes()) {
            Path left = folder.resolve("left");
            crash.layOut(left);
            assertThat(left.resolve("launcher.state"))
                    .as(crash.toString())
                    .content()
                    .isIn(texts.subList(crash.kept(), crash.begun() + 1));
        }
    }
}
