package io.sluice.testkit.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Notes every step of what is written into a folder, by way of {@link #folder()}. Syncs are noted and not done, so it is fast. Not thread-safe.
 *
 * <p>What is there in the beginning is durable.
 */
public final class DiskRecorder {

    /** In place of a number: what happens to it is not noted. */
    static final int STRANGE = -2;

    private final Path real;
    private final Path folder;
    private final int start;
    private final List<DiskStep> steps = new ArrayList<>();
    private final Map<String, Integer> files = new HashMap<>();

    /** @param real an existing folder */
    public DiskRecorder(Path real) {
        try {
            this.real = real.toRealPath();
            Files.walkFileTree(this.real, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes a) {
                    if (!path.equals(DiskRecorder.this.real)) {
                        steps.add(new DiskStep.MakeFolder(name(path)));
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path path, BasicFileAttributes a) throws IOException {
                    if (a.isSymbolicLink()) {
                        linked(path, Files.readSymbolicLink(path).toString());
                    } else {
                        wrote(created(path), 0, Files.readAllBytes(path));
                        steps.add(new DiskStep.Sync(files.get(name(path))));
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        steps.add(new DiskStep.SyncFolder(""));
        this.start = steps.size();
        this.folder = new RecordedFileSystem(this).wrap(this.real);
    }

    /** The folder, to be handed to the code under test. */
    public Path folder() {
        return folder;
    }

    /** A promise is about to be made: from here on it may have been kept after a crash. */
    public void begin() {
        steps.add(new DiskStep.Mark(false));
    }

    /** The promise has been made: from here on it has to be kept after a crash. */
    public void done() {
        steps.add(new DiskStep.Mark(true));
    }

    /** How many steps were noted. */
    public int steps() {
        return steps.size() - start;
    }

    /** Every state in which a crash may have left the disk. */
    public List<Crash> crashes() {
        return Crash.all(steps, start);
    }

    String name(Path path) {
        return real.relativize(path.toAbsolutePath().normalize()).toString();
    }

    void madeFolder(Path path) {
        steps.add(new DiskStep.MakeFolder(name(path)));
    }

    int created(Path path) {
        int number = steps.size();
        files.put(name(path), number);
        steps.add(new DiskStep.Create(name(path), number));
        return number;
    }

    /** Its number; {@link #STRANGE} if it did not come by this recorder. */
    int file(Path path) {
        return files.getOrDefault(name(path), STRANGE);
    }

    void linked(Path path, String target) {
        steps.add(new DiskStep.MakeLink(name(path), target));
    }

    void wrote(int file, long at, byte[] octets) {
        if (file == STRANGE) {
            throw new IllegalStateException("a file that did not come by the recorder is written");
        }
        steps.add(new DiskStep.Write(file, at, octets));
    }

    void truncated(int file, long size) {
        steps.add(new DiskStep.Truncate(file, size));
    }

    void synced(int file) {
        if (file != STRANGE) {
            steps.add(new DiskStep.Sync(file));
        }
    }

    void syncedFolder(Path path) {
        steps.add(new DiskStep.SyncFolder(name(path)));
    }

    void renamed(Path from, Path to) {
        Integer file = files.remove(name(from));
        if (file != null) {
            files.put(name(to), file);
        }
        steps.add(new DiskStep.Rename(name(from), name(to)));
    }

    void deleted(Path path) {
        files.remove(name(path));
        steps.add(new DiskStep.Delete(name(path)));
    }

    static void empty(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            Files.createDirectories(folder);
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path path, BasicFileAttributes a) throws IOException {
                Files.delete(path);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path path, IOException e) throws IOException {
                if (!path.equals(folder)) {
                    Files.delete(path);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
