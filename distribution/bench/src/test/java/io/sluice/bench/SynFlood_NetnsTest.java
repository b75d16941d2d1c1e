package io.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.netns.NetworkNamespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The flood against the splice relay, whose listener is the kernel's: two seconds of it, and nothing said of how fast. */
@Tag("netns")
class SynFlood_NetnsTest {

    /** What connection tracking holds by default on the smallest machines is several times the SYNs of two seconds. */
    private static final int RATE = 5_000;

    @TempDir
    private Path folder;

    @BeforeEach
    void rights() {
        NetworkNamespace.unavailable().ifPresent(SynFlood_NetnsTest::skip);
        for (String program : List.of("iperf3", "nft", "ethtool")) {
            Programs.missing("SLUICE_TEST_NO_SUCH_VARIABLE", program).ifPresent(SynFlood_NetnsTest::skip);
        }
    }

    private static void skip(String reason) {
        System.out.println("skipped: " + reason);
        Assumptions.abort(reason);
    }

    @Test
    void flood_arrivesAndIsMeasured() throws Exception {
        Settings settings =
                Settings.parse(List.of("--groups", "flood", "--sut", "splice", "--secs", "1", "--flood-secs", "2"));
        Contender splice = settings.contenders().getFirst();
        Results results = new Results();
        try (Site site = new Site()) {
            Path log = folder.resolve("echo");
            Process echo =
                    site.srv.start(log, JavaChild.command(EchoServer.class).toArray(String[]::new));
            Await.until(
                    "the echo server", echo, log, () -> Files.readString(log).contains("ready"));
            try (Gateway gateway = splice.kind().start(site, folder, Map.of("outbound", "direct"))) {
                Await.until("an answer", echo, log, () -> Sessions.answers(site.lan));
                new SynFlood(RATE)
                        .measure(new Cell(site, splice, gateway, settings, 0, results), SynFlood.Pace.HALF_GIGABIT);
                assertThat(gateway.isAlive()).isTrue();
                assertThat(forgedHandshakes(site)).isPositive();
            }
        }
        Map<String, Double> values = values(results);
        assertThat(values.keySet())
                .containsExactly(
                        "Mbit/s without",
                        "Mbit/s under it",
                        "% of goodput kept",
                        "SYNs sent, thousands/s",
                        "memory before, MiB",
                        "memory at most more, MiB",
                        "memory more afterwards, MiB",
                        "answer after its end, s");
        assertThat(values.get("Mbit/s under it")).isPositive();
        assertThat(values.get("SYNs sent, thousands/s")).isPositive();
        assertThat(values.get("memory before, MiB")).isPositive();
        assertThat(values.get("answer after its end, s")).isFinite();
    }

    /** What the listener in {@code app} has answered and nobody has completed; it is kept for a minute. */
    private static long forgedHandshakes(Site site) throws Exception {
        return site.app.call(() -> {
            // SYN_RECV is 3 in include/net/tcp_states.h; 198.19 is written in the machine's order.
            try (Stream<String> lines = Files.lines(Path.of("/proc/thread-self/net/tcp"))) {
                return lines.map(line -> line.strip().split(" +"))
                        .filter(fields -> fields[2].matches("....13C6:.*") && fields[3].equals("03"))
                        .count();
            }
        });
    }

    private static Map<String, Double> values(Results results) {
        Map<String, Double> found = new java.util.LinkedHashMap<>();
        for (String line : results.tsv().lines().toList()) {
            String[] fields = line.split("\t");
            found.put(fields[0].replace("flood, 500 Mbit/s, ", ""), Double.parseDouble(fields[2]));
        }
        return found;
    }
}
