package io.sluice.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.matrix.Carrier.Protocol;
import io.sluice.matrix.Carrier.Security;
import io.sluice.matrix.Carrier.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptTest {

    private static final Cell CELL = cell(Transport.RAW);
    private static final Cell OTHER = cell(Transport.WEBSOCKET);
    private static final Result GOOD =
            new Result(CELL, "", Map.of(Check.TRANSFER.title(), "ok"), List.of(), List.of("half-close: none"), 2.5);
    private static final Result BAD = new Result(OTHER, "", Map.of(), List.of("start: no"), List.of(), 1);

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = folder.resolve("results");
    }

    private static Cell cell(Transport transport) {
        return new Cell(new Carrier(Protocol.VLESS, "", transport, Security.TLS), Xray.xray(), new SingBox());
    }

    @Test
    void aGoodResult_isThereInTheNextRun() throws IOException {
        Kept kept = new Kept(file, Scale.FULL);
        kept.add(GOOD, List.of("start: late"));
        kept.add(BAD, List.of());

        Kept next = new Kept(file, Scale.FULL);

        Cell same = cell(Transport.RAW); // another run makes peers of its own
        assertThat(next.of(same)).contains(new Result(same, "", GOOD.texts(), List.of(), GOOD.limits(), 2.5));
        assertThat(next.first(same)).get().extracting(Result::faults).isEqualTo(List.of("start: late"));
        assertThat(next.of(OTHER)).as("a failure is tried again").isEmpty();
    }

    @Test
    void anotherScale_isNotTaken() throws IOException {
        new Kept(file, Scale.QUICK).add(GOOD, List.of());

        assertThat(new Kept(file, Scale.FULL).of(CELL)).isEmpty();
        assertThat(new Kept(file, Scale.QUICK).of(CELL)).isPresent();
    }

    @Test
    void halfALine_takesNothingElseWithIt() throws IOException {
        new Kept(file, Scale.FULL).add(GOOD, List.of());
        Files.writeString(file, "\n{\"cell\":\"vless", StandardOpenOption.APPEND);
        Result other = new Result(OTHER, "", Map.of(), List.of(), List.of(), 1);
        new Kept(file, Scale.FULL).add(other, List.of());

        Kept next = new Kept(file, Scale.FULL);

        assertThat(next.of(CELL)).isPresent();
        assertThat(next.of(OTHER)).isPresent();
    }
}
