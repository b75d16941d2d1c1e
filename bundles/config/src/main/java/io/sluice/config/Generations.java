package io.sluice.config;

import io.sluice.api.config.Generation;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configurations that were in force, on disk: {@code 0007.json} is the text of generation 7, {@code index} names those that count, with
 * a checksum each. A text is written before the index names it, so a crash leaves a file that nobody names, never a name without a file.
 */
final class Generations {

    private static final Logger LOG = LoggerFactory.getLogger(Generations.class);

    /** How many are kept: twice the ten snapshots that Kura keeps; a text has a few kilobytes. */
    static final int KEPT = 20;

    private record Entry(Generation generation, String checksum) {}

    private final Path folder;
    private List<Entry> entries = List.of();

    Generations(Path folder) {
        this.folder = folder;
    }

    /** Reads the index; a line that makes no sense, and a text that is gone or damaged, is named and left out. */
    void load() {
        List<Entry> found = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(folder.resolve("index"))) {
                Optional<Entry> entry = entry(line);
                if (entry.isPresent() && sound(entry.get())) {
                    found.add(entry.get());
                } else {
                    LOG.warn("the configuration generation '{}' in {} is damaged and left out", line, folder);
                }
            }
        } catch (NoSuchFileException e) {
            LOG.debug("there is no history in {} yet", folder);
        } catch (IOException e) {
            LOG.warn("the history in {} could not be read: {}", folder, e.toString());
        }
        entries = List.copyOf(found);
    }

    private static Optional<Entry> entry(String line) {
        String[] fields = line.split("\t", -1);
        if (fields.length != 5) {
            return Optional.empty();
        }
        try {
            Generation generation = new Generation(
                    Integer.parseInt(fields[0]), Instant.parse(fields[1]), decoded(fields[2]), decoded(fields[3]));
            return Optional.of(new Entry(generation, fields[4]));
        } catch (IllegalArgumentException | DateTimeException e) {
            return Optional.empty();
        }
    }

    private static String line(Entry entry) {
        Generation g = entry.generation();
        return String.join(
                        "\t",
                        Integer.toString(g.number()),
                        g.appliedAt().toString(),
                        URLEncoder.encode(g.author(), StandardCharsets.UTF_8),
                        URLEncoder.encode(g.note(), StandardCharsets.UTF_8),
                        entry.checksum())
                + "\n";
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private boolean sound(Entry entry) {
        return readText(entry.generation().number())
                .filter(t -> checksum(t).equals(entry.checksum()))
                .isPresent();
    }

    private Optional<String> readText(int number) {
        try {
            return Optional.of(OperatorFile.text(file(number)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * Whether none was ever kept here; not so if there were some and all of them are lost. A crash in the middle of the very first one leaves a text that
     * nobody names.
     */
    boolean isNew() {
        if (!entries.isEmpty()) {
            return false;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString())
                    .allMatch(name -> name.startsWith("0001.json") || name.equals("index.new"));
        } catch (NoSuchFileException e) {
            return true;
        } catch (IOException e) {
            LOG.warn("{} could not be looked into: {}", folder, e.toString());
            return false;
        }
    }

    /** Newest first. */
    List<Generation> history() {
        return entries.stream().map(Entry::generation).toList().reversed();
    }

    Optional<String> text(int number) {
        return entries.stream()
                .filter(e -> e.generation().number() == number)
                .findFirst()
                .flatMap(e -> readText(number));
    }

    int next() {
        return entries.isEmpty() ? 1 : entries.getLast().generation().number() + 1;
    }

    /** Writes a text that does not count yet. */
    void stage(int number, String text) throws IOException {
        DurableFile.write(file(number), text);
    }

    /** Forgets a text that was staged. */
    void discard(int number) {
        try {
            Files.deleteIfExists(file(number));
        } catch (IOException e) {
            LOG.debug("{} could not be deleted; it is not in the index and so does not count", file(number), e);
        }
    }

    /** Makes a staged text count; the oldest ones beyond {@link #KEPT} go. */
    void commit(Generation generation, String text) throws IOException {
        List<Entry> all = new ArrayList<>(entries);
        all.add(new Entry(generation, checksum(text)));
        List<Entry> kept = all.subList(Math.max(0, all.size() - KEPT), all.size());
        StringBuilder index = new StringBuilder();
        kept.forEach(e -> index.append(line(e)));
        DurableFile.write(folder.resolve("index"), index.toString());
        all.subList(0, all.size() - kept.size())
                .forEach(e -> discard(e.generation().number()));
        entries = List.copyOf(kept);
    }

    private Path file(int number) {
        return folder.resolve(String.format("%04d.json", number));
    }

    private static String checksum(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return String.format("%08x", crc.getValue());
    }
}
