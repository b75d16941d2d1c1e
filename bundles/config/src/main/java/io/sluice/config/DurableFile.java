package io.sluice.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Replaces files whole: a crash at any moment leaves the old one or the new one. */
final class DurableFile {

    /** Configurations hold passwords. */
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private DurableFile() {}

    /** Writes a file; a new one belongs to its owner only, an old one keeps its permissions. A link is followed. */
    static void write(Path path, String text) throws IOException {
        Path file = Files.exists(path) ? path.toRealPath() : path;
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        Path fresh = folder.resolve(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Set<PosixFilePermission> permissions = permissions(file);
        try (FileChannel out = permissions.isEmpty()
                ? FileChannel.open(fresh, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)
                : FileChannel.open(
                        fresh,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            if (!permissions.isEmpty()) {
                Files.setPosixFilePermissions(fresh, permissions);
            }
            out.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        synchronise(folder);
    }

    /** Empty where the file system has none. */
    private static Set<PosixFilePermission> permissions(Path file) throws IOException {
        Path existing = Files.exists(file) ? file : file.toAbsolutePath().getParent();
        PosixFileAttributeView view =
                Files.getFileAttributeView(existing, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (view == null) {
            return Set.of();
        }
        return existing.equals(file) ? view.readAttributes().permissions() : OWNER_ONLY;
    }

    /** Makes a rename durable. A system that cannot open a folder does that by itself. */
    private static void synchronise(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Windows: a folder cannot be opened, and NTFS keeps its own journal.
            return;
        }
    }
}
