package io.sluice.netstack.engine.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.netstack.CongestionAlgorithm;
import io.sluice.netstack.engine.Counter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Case TC-53 as a table, {@code goodput.txt}: what share of a link of 20 Mbit/s a flow gets at 0, 1, 3, 5 % loss and 20, 100 ms, down and up,
 * with either congestion control, and how two flows that begin together share it for 40 s (Jain's index). To write it anew: {@code
 * -Dsluice.netsim.write=true}, and look at the difference before committing it.
 */
@DisplayNameGeneration(CaseNames.class)
class GoodputTableTest {

    private static final Path TABLE = Path.of("src/test/resources/io/sluice/netstack/engine/tcp/goodput.txt");
    private static final double MEGABITS = 20;
    private static final double SECONDS = 20;
    private static final long ENDLESS = 1L << 40;

    private final StringBuilder table = new StringBuilder();
    private String repairs = "";

    private double share(CongestionAlgorithm algorithm, int rtt, double loss, boolean up) {
        SimulatedLink lossy = SimulatedLink.of(MEGABITS, rtt).losing(loss);
        SimulatedLink clean = SimulatedLink.of(MEGABITS, rtt);
        SimulatedNetwork network = new SimulatedNetwork(up ? clean : lossy, up ? lossy : clean, algorithm, 42);
        SimulatedNetwork.Flow flow = up ? network.openUp(40_000, ENDLESS) : network.open(40_000, ENDLESS);
        network.run(SECONDS);
        SimulatedNetwork.Host sender = up ? network.client : network.server;
        repairs = String.format(
                Locale.ROOT,
                "%7d %5d",
                sender.counted(Counter.TCP_RETRANSMITTED_SEGMENTS),
                sender.counted(Counter.TCP_RETRANSMISSION_TIMEOUTS));
        double share = flow.received * 8 / (MEGABITS * 1e6 * SECONDS);
        network.end();
        return share;
    }

    private double jain(CongestionAlgorithm algorithm, int rtt, double loss) {
        SimulatedLink link = SimulatedLink.of(MEGABITS, rtt);
        SimulatedNetwork network = new SimulatedNetwork(link.losing(loss), link, algorithm, 7);
        SimulatedNetwork.Flow first = network.open(40_000, ENDLESS);
        SimulatedNetwork.Flow second = network.open(40_001, ENDLESS);
        network.run(40);
        double a = first.received;
        double b = second.received;
        network.end();
        return (a + b) * (a + b) / (2 * (a * a + b * b));
    }

    @Test
    @Tag("TC-53")
    void goodputAndFairness_matchTheTable() throws IOException {
        table.append(String.format(
                "%-6s %6s %6s %7s %7s %7s %5s %6s%n", "algo", "rtt", "loss", "down", "up", "retrans", "rto", "Jain"));
        double leastJain = 1;
        for (CongestionAlgorithm algorithm : CongestionAlgorithm.values()) {
            for (int rtt : new int[] {20, 100}) {
                for (int loss : new int[] {0, 1, 3, 5}) {
                    double up = share(algorithm, rtt, loss / 100.0, true);
                    double down = share(algorithm, rtt, loss / 100.0, false);
                    double jain = jain(algorithm, rtt, loss / 100.0);
                    if (algorithm == CongestionAlgorithm.CUBIC) {
                        leastJain = Math.min(leastJain, jain);
                    }
                    table.append(String.format(
                            Locale.ROOT,
                            "%-6s %3d ms %4d %% %5.1f %% %5.1f %% %s %6.3f%n",
                            algorithm,
                            rtt,
                            loss,
                            100 * down,
                            100 * up,
                            repairs,
                            jain));
                }
            }
        }
        System.out.print(table);
        if (Boolean.getBoolean("sluice.netsim.write")) {
            Files.createDirectories(TABLE.getParent());
            Files.writeString(TABLE, table);
        }
        assertThat(leastJain)
                .as("Jain's index of any pair under CUBIC; BBR's varies with its random probes")
                .isGreaterThanOrEqualTo(0.9);
        try (InputStream committed = GoodputTableTest.class.getResourceAsStream("goodput.txt")) {
            assertThat(committed).as("the committed table").isNotNull();
            assertThat(table.toString()).isEqualTo(new String(committed.readAllBytes(), StandardCharsets.UTF_8));
        }
    }
}
