package io.sluice.lab;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A folder of the appliance on a file system of its own with little room (a tmpfs of the kernel's, proc(5) {@code mountinfo}), while nobody has it open. */
final class SmallDisk {

    /** The catalogue's, EX04: more than a folder has. */
    private static final long ROOM = 8 << 20;

    private static final int BLOCK = 4096;

    private final Path folder;
    private final Path filling;

    SmallDisk(Path folder) {
        this.folder = folder;
        this.filling = folder.resolve("filling");
    }

    /** The folder moves to the small disk with all that it has. */
    void begin() {
        Path aside = folder.resolveSibling(folder.getFileName() + ".small");
        script(
                "mkdir \"$1\" && mount -t tmpfs -o mode=755,size=$(($(du -sk \"$0\" | cut -f1) * 1024 + " + ROOM + "))"
                        + " sluice-lab \"$1\" && cp -a \"$0/.\" \"$1\" && mount --bind \"$1\" \"$0\" && umount \"$1\" && rmdir"
                        + " \"$1\"",
                folder,
                aside);
    }

    boolean isMounted() {
        try {
            return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                    .anyMatch(line -> line.split(" ")[4].equals(folder.toString()));
        } catch (IOException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    /** Takes every block that is left. Others may have filled the last of it before. */
    void fill() throws IOException {
        try (OutputStream out = Files.newOutputStream(filling)) {
            while (true) {
                out.write(new byte[BLOCK]);
            }
        } catch (IOException e) {
            full(e);
        }
        Path another = folder.resolve("another");
        try {
            Files.write(another, new byte[1]);
        } catch (IOException e) {
            full(e);
            return;
        } finally {
            Files.deleteIfExists(another);
        }
        throw new IllegalStateException("there is room left in " + folder);
    }

    private static void full(IOException e) throws IOException {
        if (!String.valueOf(e.getMessage()).contains("No space left")) {
            throw e;
        }
    }

    /** There is room again. */
    void empty() throws IOException {
        Files.deleteIfExists(filling);
    }

    /** The folder moves back with all that it has. */
    void end() {
        Path aside = folder.resolveSibling(folder.getFileName() + ".kept");
        script(
                "rm -f \"$0/filling\" && cp -a \"$0\" \"$1\" && umount -l \"$0\" && find \"$0\" -mindepth 1 -delete && cp -a"
                        + " \"$1/.\" \"$0\" && rm -rf \"$1\"",
                folder,
                aside);
    }

    /** Takes it away with all that it has, if it is there. */
    void close() {
        if (isMounted()) {
            script("umount -l \"$0\"", folder);
        }
    }

    private static void script(String words, Path... arguments) {
        try {
            List<String> command = new ArrayList<>(List.of("sh", "-c", words));
            List.of(arguments).forEach(path -> command.add(path.toString()));
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new IllegalStateException(words + ": " + said.strip());
            }
        } catch (IOException e) {
            throw new IllegalStateException(e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
