package io.sluice.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Starts and stops over and over, the tunnel with it; every one gets ready, works, and leaves the host as it was. The number is
 * {@code -Dsluice.cycles} (5); the logs of each cycle and the table of times are kept in {@code target/cycles}.
 */
@NeedsNamespaces
class CyclesTest {

    private static final int CYCLES = Integer.getInteger("sluice.cycles", 5);

    /**
     * @param ready from the command to its return
     * @param stopped likewise
     */
    private record Cycle(int number, Duration ready, Duration stopped) {

        @Override
        public String toString() {
            return "%03d ready in %d ms, stopped in %d ms".formatted(number, ready.toMillis(), stopped.toMillis());
        }
    }

    @Test
    void everyStartGetsReadyAndEveryStopLeavesNothing(@TempDir Path folder) throws Exception {
        Path kept = emptied(Path.of(System.getProperty("basedir", ""), "target", "cycles"));
        List<Cycle> cycles = new ArrayList<>();
        try (Site site = new Site();
                BlackBox box = new BlackBox(site.box(), folder).configured(Configs.direct())) {
            HostState before = HostState.of(site.box());
            for (int number = 1; number <= CYCLES; number++) {
                Path logs = Files.createDirectories(kept.resolve("%03d".formatted(number)));
                box.environment("SLUICE_LOG", logs.toString());
                cycles.add(cycle(number, box, site));
                Files.writeString(kept.resolve("times.txt"), summary(cycles));
                assertThat(HostState.of(site.box()))
                        .as("after cycle %d", number)
                        .isEqualTo(before);
            }
        }
        System.out.println(summary(cycles));
        assertThat(cycles).hasSize(CYCLES);
    }

    private static Cycle cycle(int number, BlackBox box, Site site) {
        long begun = System.nanoTime();
        Answer start = box.run("start");
        Duration ready = Duration.ofNanos(System.nanoTime() - begun);
        assertThat(start.exit()).as("cycle %d: %s", number, start.all()).isZero();
        assertThat(start.out()).as("cycle %d", number).contains("is ready");
        box.ok("tunnel", "start");
        assertThat(box.curl("http://" + Site.SERVER + "/").out())
                .as("cycle %d", number)
                .isEqualTo(Site.GREETING);
        begun = System.nanoTime();
        box.ok("stop");
        return new Cycle(number, ready, Duration.ofNanos(System.nanoTime() - begun));
    }

    private static String summary(List<Cycle> cycles) {
        List<Cycle> bySpeed =
                cycles.stream().sorted(Comparator.comparing(Cycle::ready)).toList();
        StringBuilder text = new StringBuilder();
        cycles.forEach(cycle -> text.append(cycle).append('\n'));
        return text.append("median ")
                .append(bySpeed.get(bySpeed.size() / 2).ready().toMillis())
                .append(" ms; slowest: ")
                .append(bySpeed.getLast())
                .append('\n')
                .toString();
    }

    private static Path emptied(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        return Files.createDirectories(folder);
    }
}
