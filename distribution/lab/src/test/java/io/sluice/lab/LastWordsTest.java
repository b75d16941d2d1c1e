package io.sluice.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LastWordsTest {

    @TempDir
    private Path folder;

    @Test
    void processThatEndedByItself_saysWhy() throws Exception {
        Path log = Files.createDirectory(folder.resolve("log"));
        Path group = Files.createDirectory(folder.resolve("group"));
        Files.writeString(
                folder.resolve("console.log"), "x".repeat(1_000) + "\r\nTerminating due to OutOfMemoryError\n");
        Files.writeString(log.resolve("jvm-crash-7.log"), "# SIGSEGV\n");
        Files.writeString(group.resolve("pids.events"), "max 3\n");
        Process terminal = new ProcessBuilder("sh", "-c", "exit 3").start();

        String words = LastWords.of(folder, Optional.of(terminal), Optional.of(group.resolve("cgroup.procs")));
        assertThat(words)
                .startsWith("exit status 3, said \"xxx")
                .contains("x Terminating due to OutOfMemoryError\"")
                .contains("jvm-crash-7.log")
                .endsWith("pids.events max 3")
                .hasSizeLessThan(600);
    }

    @Test
    void nothingIsLeft_saysThat() {
        assertThat(LastWords.of(folder, Optional.empty(), Optional.empty()))
                .startsWith("no terminal")
                .contains("NoSuchFileException");
    }
}
