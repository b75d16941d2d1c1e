package io.sluice.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTreeTest {
    @TempDir
    Path parent;

    @Test
    void clears_a_directory_and_leaves_what_its_links_point_to() throws Exception {
        Path outside = Files.createDirectories(parent.resolve("outside"));
        Path kept = Files.writeString(outside.resolve("kept"), "x");
        Path inside = Files.createDirectories(parent.resolve("inside/deep"));
        Files.writeString(inside.resolve("file"), "x");
        Files.createSymbolicLink(parent.resolve("inside/link"), outside);

        FileTree.clear(parent.resolve("inside"));

        assertThat(parent.resolve("inside")).isEmptyDirectory();
        assertThat(kept).exists();
    }

    @Test
    void clears_nothing_where_there_is_nothing() throws Exception {
        FileTree.clear(parent.resolve("absent"));

        assertThat(parent).isEmptyDirectory();
    }
}
