package io.sluice.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sluice service-unit}, as systemd itself reads it, from a folder whose name needs care. */
class ServiceUnitTest {

    private static final Path READER = Path.of("/usr/bin/systemd-analyze");

    @Test
    void isUnderstoodBySystemd(@TempDir Path folder) throws Exception {
        assumeTrue(Files.isExecutable(READER), "there is no systemd-analyze");
        Path bin = Files.createDirectories(folder.resolve("a $b %c/bin"));
        Path program = Files.copy(Path.of(BlackBox.program()), bin.resolve("sluice"));
        Answer printed = Command.run(
                Map.of("SLUICE_DATA", folder + "/50 %h", "SLUICE_JAVA_OPTS", "-Dx=\"y z\""),
                List.of(program.toString(), "service-unit"));
        assertThat(printed.exit()).as(printed.all()).isZero();
        Path unit = Files.writeString(folder.resolve("sluice.service"), printed.out());

        Answer read = Command.run(Map.of(), List.of(READER.toString(), "verify", unit.toString()));

        // A setting that it does not know is told and no failure.
        assertThat(read.all()).doesNotContain("sluice.service");
        assertThat(read.exit()).as(read.all()).isZero();
        assertThat(printed.out())
                .contains(
                        "ExecStart=\"" + folder + "/a $b %%c/bin/sluice\" run\n",
                        "Environment=\"SLUICE_DATA=" + folder + "/50 %%h\"\n",
                        "Environment=\"SLUICE_JAVA_OPTS=-Dx=\\\"y z\\\"\"\n",
                        "Restart=on-failure\n",
                        "RestartSec=1\n",
                        "StartLimitIntervalSec=0\n");
    }
}
