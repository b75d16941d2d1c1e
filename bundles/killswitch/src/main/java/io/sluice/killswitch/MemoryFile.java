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
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the memory in one file that is replaced whole: a crash at any moment leaves the old one or the new one. */
final class MemoryFile {

    private static final Logger LOG = LoggerFactory.getLogger(MemoryFile.class);

    private final Path file;

    MemoryFile(Path folder) {
        file = folder.resolve("state");
    }

    Path folder() {
        return file.getParent();
    }

    /** What was kept; {@link Memory#NONE} if there is no file; empty if there is one and it makes no sense. */
    Optional<Memory> read() {
        try {
            Optional<Memory> memory = Memory.read(Files.readString(file));
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

    /** Nothing is written for a machine that has none. */
    void write(Memory memory) throws IOException {
        if (memory.equals(Memory.NONE) && !Files.exists(file)) {
            return;
        }
        Files.createDirectories(folder());
        Path fresh = file.resolveSibling("state.new");
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
