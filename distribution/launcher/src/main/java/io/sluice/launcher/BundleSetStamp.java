package io.sluice.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Tells whether the framework's storage still belongs to this set of bundles. The stamp is a text beside the storage: one
 * line a bundle with its place, start level, size and time of change, written after the bundles were installed.
 *
 * <p>A storage of another set is thrown away as a whole. Bundles that an operator added at run time are therefore kept by
 * the room that installed them, not by the framework.
 */
final class BundleSetStamp {
    private final Path file;
    private final String stamp;

    private BundleSetStamp(Path file, String stamp) {
        this.file = file;
        this.stamp = stamp;
    }

    static BundleSetStamp of(BundlePlan plan, Path data) throws LaunchException {
        StringBuilder lines = new StringBuilder();
        for (BundlePlan.Entry entry : plan.entries()) {
            try {
                lines.append(entry.location())
                        .append(' ')
                        .append(entry.startLevel())
                        .append(' ')
                        .append(Files.size(entry.jar()))
                        .append(' ')
                        .append(Files.getLastModifiedTime(entry.jar()))
                        .append('\n');
            } catch (IOException e) {
                throw LaunchException.failed("The bundle " + entry.jar() + " cannot be read: " + e + ".", e);
            }
        }
        return new BundleSetStamp(data.resolve("cache.stamp"), lines.toString());
    }

    /** True where the storage was filled from exactly these jars. An unreadable stamp counts as another set. */
    boolean matches() {
        try {
            return Files.readString(file).equals(stamp);
        } catch (IOException e) {
            return false;
        }
    }

    /** Forgets the stamp, so that a storage which is only half filled is not trusted after a crash. */
    void clear() throws IOException {
        Files.deleteIfExists(file);
    }

    void write() throws IOException {
        AtomicFile.write(file, stamp);
    }
}
