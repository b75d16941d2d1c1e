package io.sluice.killswitch;

import io.sluice.killswitch.engine.Memory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the memory in one file that is replaced whole: a crash at any moment leaves the old one or the new one. A second one holds the kernel's settings from
 * before they are changed until they are put back, so that they survive the loss of the first.
 */
final class MemoryFile {

    private static final Logger LOG = LoggerFactory.getLogger(MemoryFile.class);

    private final Path file;
    private final Path copy;

    MemoryFile(Path folder) {
        file = folder.resolve("state");
        copy = folder.resolve("settings");
    }

    Path folder() {
        return file.getParent();
    }

    /** What was kept; {@link Memory#LOST} if that makes no sense. */
    Memory read() {
        return state().orElse(Memory.LOST).alsoBefore(settings());
    }

    /** {@link Memory#NONE} if there is no file; empty if there is one and it makes no sense. */
    private Optional<Memory> state() {
        try {
            Optional<Memory> memory = Memory.read(text(file));
            if (memory.isEmpty()) {
                LOG.error("the kill switch's state {} makes no sense: lockdown until an operator decides", file);
            }
            return memory;
        } catch (NoSuchFileException e) {
            return Optional.of(Memory.NONE);
        } catch (IOException e) {
            LOG.error("the kill switch's state {} cannot be read: lockdown until an operator decides", file, e);
            return Optional.empty();
        }
    }

    /** Whatever is in it: what is no text is no memory either. */
    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    /** The kernel's settings of a second file, for the case that the first one is lost. */
    private Map<String, String> settings() {
        try {
            return Memory.read(text(copy)).map(Memory::settings).orElse(Map.of());
        } catch (NoSuchFileException e) {
            return Map.of();
        } catch (IOException e) {
            LOG.warn("the kernel's settings of before in {} cannot be read: {}", copy, e.toString());
            return Map.of();
        }
    }

    /**
     * Writes what the kernel's settings were, before they are changed; none: they are as they were.
     *
     * @return why they could not be written, if so: a full disk keeps nobody from being protected
     */
    Optional<String> keep(Map<String, String> settings) {
        try {
            if (!settings.equals(settings())) {
                replace(copy, Memory.NONE.closed(false, settings));
            }
            return Optional.empty();
        } catch (IOException e) {
            LOG.warn("the kernel's settings of before could not be written into {}: {}", copy, e.toString());
            return Optional.of("What the kernel's settings were before could not be written: " + e.getMessage());
        }
    }

    /** Whether anything was ever kept. */
    boolean exists() {
        return Files.exists(file);
    }

    void write(Memory memory) throws IOException {
        replace(file, memory);
    }

    private void replace(Path file, Memory memory) throws IOException {
        Files.createDirectories(folder());
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel out = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer octets = ByteBuffer.wrap(memory.text().getBytes(StandardCharsets.UTF_8));
            while (octets.hasRemaining()) {
                out.write(octets);
            }
            out.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        // The rename itself is durable only when the folder is. A system that cannot open a folder does that by itself.
        try (FileChannel opened = FileChannel.open(folder(), StandardOpenOption.READ)) {
            opened.force(true);
        } catch (IOException e) {
            LOG.debug("the folder {} could not be synchronised", folder(), e);
        }
    }
}
