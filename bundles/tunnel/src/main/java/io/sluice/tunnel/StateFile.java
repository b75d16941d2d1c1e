package io.sluice.tunnel;

import io.sluice.tunnel.engine.Memory;
import io.sluice.tunnel.engine.MemoryText;
import io.sluice.tunnel.engine.Store;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the memory in one file that is replaced whole: a crash at any moment leaves the old one or the new one. */
final class StateFile implements Store {

    private static final Logger LOG = LoggerFactory.getLogger(StateFile.class);

    private final Path file;
    private final Path fresh;

    StateFile(Path folder) {
        file = folder.resolve("state");
        fresh = folder.resolve("state.new");
    }

    /** What was kept; nothing, with a warning, if the file cannot be read or makes no sense. */
    Memory read() {
        try {
            return MemoryText.read(Files.readString(file));
        } catch (NoSuchFileException e) {
            return Memory.EMPTY;
        } catch (MemoryText.UnreadableException | IOException e) {
            LOG.warn(
                    "the tunnel's state {} is ignored ({}): the profile comes from the configuration, or has to be saved again",
                    file,
                    e.getMessage() == null ? e.toString() : e.getMessage());
            return Memory.EMPTY;
        }
    }

    @Override
    public void write(Memory memory) throws IOException {
        Files.createDirectories(file.getParent());
        try (FileChannel out = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = ByteBuffer.wrap(MemoryText.write(memory).getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        // The rename itself is durable only when the folder is. A system that cannot open a folder does that by itself.
        try (FileChannel folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        } catch (IOException e) {
            LOG.debug("the folder {} could not be synchronised", file.getParent(), e);
        }
    }
}
