package io.sluice.launcher;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to write a data directory: an operating system lock on {@code data/lock}, which holds the owner's process id.
 * The lock goes with the process, so a crash leaves nothing to clean up; the file stays.
 */
final class DataLock implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DataLock.class);

    private final FileChannel channel;

    private DataLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Makes the directory where it is missing, readable by its owner alone: it holds secrets of the configuration. */
    static DataLock take(Path data) throws LaunchException {
        Path file = data.resolve("lock");
        FileChannel channel = null;
        try {
            makePrivate(data);
            channel = FileChannel.open(
                    file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                String owner = owner(channel);
                channel.close();
                throw LaunchException.failed("Sluice already runs on " + data + owner
                        + ". Stop that one first ('sluice stop'), or give this one its own directory (-Dsluice.data).");
            }
            writeOwner(channel, file);
            return new DataLock(channel);
        } catch (IOException e) {
            closeQuietly(channel, e);
            throw LaunchException.failed(
                    "The lock " + file + " cannot be taken: " + e + ". Check the owner, rights and free space of "
                            + data + ".",
                    e);
        }
    }

    /**
     * Overwrites in place before it shortens, which needs no space where a file of an earlier start is there. The lock
     * holds without the number too, so a full disk does not keep a gateway down.
     */
    private static void writeOwner(FileChannel channel, Path file) {
        byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
        try {
            channel.write(ByteBuffer.wrap(pid), 0);
            channel.truncate(pid.length);
        } catch (IOException e) {
            LOG.warn(
                    "The process id cannot be written to {}, so 'sluice stop' does not find it: {}",
                    file,
                    e.toString());
        }
    }

    private static void makePrivate(Path data) throws IOException {
        if (Files.isDirectory(data)) {
            return;
        }
        Files.createDirectories(data);
        if (Files.getFileAttributeView(data, PosixFileAttributeView.class) != null) {
            Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
        }
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // held by this very process
        }
    }

    private static String owner(FileChannel channel) throws IOException {
        ByteBuffer digits = ByteBuffer.allocate(20); // a 64-bit process id has at most 19 digits
        channel.read(digits, 0);
        String pid = StandardCharsets.US_ASCII.decode(digits.flip()).toString().strip();
        return pid.matches("[0-9]+") ? " as process " + pid : "";
    }

    private static void closeQuietly(FileChannel channel, IOException cause) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                cause.addSuppressed(e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
