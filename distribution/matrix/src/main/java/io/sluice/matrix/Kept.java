package io.sluice.matrix;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Results of cells that were good, one JSON object a line, so that a run which was ended goes on where it was, or several make one table. Only results of the same
 * scale are read. The file knows nothing of the appliance that was tried: delete it with the build.
 */
final class Kept {

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * One line.
     *
     * @param octets of a transfer: the scale
     * @param first what went wrong before it went well
     */
    private record Line(
            String cell,
            long octets,
            Map<String, String> texts,
            List<String> limits,
            double seconds,
            List<String> first) {}

    private final Path file;
    private final Scale scale;
    private final Map<String, Line> lines = new HashMap<>();

    Kept(Path file, Scale scale) throws IOException {
        this.file = file;
        this.scale = scale;
        if (Files.exists(file)) {
            for (String text : Files.readAllLines(file)) {
                Optional<Line> line = read(text);
                line.filter(l -> l.octets() == scale.octets()).ifPresent(l -> lines.put(l.cell(), l));
            }
        }
    }

    /** Who is killed leaves half a line. */
    private static Optional<Line> read(String text) {
        try {
            return Optional.ofNullable(JSON.readValue(text, Line.class));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    Optional<Result> of(Cell cell) {
        return Optional.ofNullable(lines.get(cell.name()))
                .map(line -> new Result(cell, "", line.texts(), List.of(), line.limits(), line.seconds()));
    }

    /** What the cell's first try said, if it had two. */
    Optional<Result> first(Cell cell) {
        return Optional.ofNullable(lines.get(cell.name()))
                .filter(line -> !line.first().isEmpty())
                .map(line -> new Result(cell, "", Map.of(), line.first(), List.of(), 0));
    }

    /** A failure is not kept: the next run tries it again. */
    synchronized void add(Result result, List<String> first) throws IOException {
        if (!result.good()) {
            return;
        }
        Line line = new Line(
                result.cell().name(), scale.octets(), result.texts(), result.limits(), result.seconds(), first);
        Files.writeString(
                file,
                System.lineSeparator() + JSON.writeValueAsString(line),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }
}
