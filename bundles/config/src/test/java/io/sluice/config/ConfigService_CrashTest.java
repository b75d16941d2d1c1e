package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.crash.Crash;
import io.sluice.testkit.crash.DiskRecorder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A crash at any octet and at any step of an apply, and a power cut at any step: what was acknowledged is in force after it, or what was being applied. */
class ConfigService_CrashTest {

    @TempDir
    private Path folder;

    private static ConfigService start(Path at, FakeInstaller installer) {
        ConfigService service = new ConfigService(
                at.resolve("etc/sluice.json"),
                new Generations(at.resolve("data/config")),
                installer,
                () -> Instant.EPOCH);
        service.startUp();
        return service;
    }

    private static String socks(int port) {
        return "{\"outbounds\":[{\"tag\":\"p\",\"protocol\":\"socks\",\"settings\":{\"address\":\"192.0.2.1\",\"port\":"
                + port + "}}]}";
    }

    @Test
    void crashAnywhere_whatWasAcknowledgedIsInForce() throws Exception {
        Path real = folder.resolve("disk");
        Files.writeString(Files.createDirectories(real.resolve("etc")).resolve("sluice.json"), socks(1079));
        DiskRecorder disk = new DiskRecorder(real);
        List<String> texts = new ArrayList<>(List.of(socks(1079)));
        ConfigService service = start(disk.folder(), new FakeInstaller());
        for (int port = 1080; port < 1082; port++) {
            texts.add(socks(port));
            disk.begin();
            service.apply(socks(port), "test", "");
            disk.done();
        }
        texts.add(socks(1080));
        disk.begin();
        service.rollBack(2, "test"); // generation 1 is the operator's file
        disk.done();

        List<Crash> crashes = disk.crashes();
        assertThat(crashes).hasSizeGreaterThan(500);
        for (Crash crash : crashes) {
            restarted(crash, texts.subList(crash.kept(), crash.begun() + 1));
        }
    }

    /** After the crash it starts, has one of these in force, keeps it over another restart, and takes the next one. */
    private void restarted(Crash crash, List<String> possible) throws Exception {
        Path left = folder.resolve("left");
        crash.layOut(left);
        // Recorded as well: that spares the real syncs.
        Path at = new DiskRecorder(left).folder();
        FakeInstaller installer = new FakeInstaller();
        ConfigService service = start(at, installer);
        String found = service.text();
        assertThat(found).as(crash.toString()).isIn(possible);
        assertThat(installer.components).as(crash.toString()).isNotEmpty();
        if (crash.what().startsWith("killed after step")) {
            assertThat(start(at, installer).text()).as("again, %s", crash).isEqualTo(found);
            service.apply(socks(7), "test", "");
            assertThat(start(at, installer).text())
                    .as("applied after %s", crash)
                    .isEqualTo(socks(7));
        }
    }
}
