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
 * Transfers over imperfect paths: case TC-53 and the table {@code netsim.txt}, in which a change of behaviour shows as a difference. To
 * write it anew: {@code -Dsluice.netsim.write=true}, and look at the difference before committing it.
 */
@DisplayNameGeneration(CaseNames.class)
class SimulatedNetworkTest {

    private static final Path TABLE = Path.of("src/test/resources/io/sluice/netstack/engine/tcp/netsim.txt");

    private final StringBuilder table = new StringBuilder();

    private double transfer(String name, SimulatedLink down, SimulatedLink up, long octets, double seconds) {
        SimulatedNetwork network = new SimulatedNetwork(down, up, 42);
        long begun = network.nowNanos();
        SimulatedNetwork.Flow flow = network.open(40_000, octets);
        network.run(seconds);
        long elapsed = (flow.ended ? flow.finishedAt : network.nowNanos()) - begun;
        double megabits = flow.received * 8e3 / elapsed;
        SimulatedNetwork.Host host = network.server;
        table.append(String.format(
                Locale.ROOT,
                "%-34s %9.2f %7d %7d %5d %5d %5d%n",
                name,
                megabits,
                flow.received / 1024,
                host.counted(Counter.TCP_RETRANSMITTED_SEGMENTS),
                host.counted(Counter.TCP_FAST_RECOVERIES),
                host.counted(Counter.TCP_RETRANSMISSION_TIMEOUTS),
                host.counted(Counter.TCP_SPURIOUS_RECOVERIES_UNDONE)));
        network.end();
        return megabits;
    }

    private double transfer(String name, SimulatedLink link, long octets, double seconds) {
        return transfer(name, link, link, octets, seconds);
    }

    @Test
    void transfers_overImperfectPaths_matchTheTable() throws IOException {
        table.append(String.format(
                "%-34s %9s %7s %7s %5s %5s %5s%n", "path", "Mbit/s", "KiB", "retrans", "fast", "rto", "undo"));
        long bulk = 24L << 20;
        for (int rtt : new int[] {20, 100}) {
            for (int loss : new int[] {0, 1, 3, 5}) {
                SimulatedLink down = SimulatedLink.of(20, rtt).losing(loss / 100.0);
                String name = "20 Mbit/s, " + rtt + " ms, " + loss + " % loss";
                transfer(name, down, SimulatedLink.of(20, rtt), bulk, 20);
            }
        }
        transfer("200 Mbit/s, 100 ms", SimulatedLink.of(200, 100), 100L << 20, 20);
        transfer("1 Gbit/s, 0.2 ms", SimulatedLink.of(1_000, 0.2), 64L << 20, 10);
        transfer("1 Gbit/s, 0.2 ms, 1 % loss", SimulatedLink.of(1_000, 0.2).losing(0.01), 64L << 20, 10);
        transfer("20 Mbit/s, 20 ms, short queue", SimulatedLink.of(20, 20).queueing(12_000), bulk, 20);
        transfer("20 Mbit/s, 20 ms, 2 % reordered", SimulatedLink.of(20, 20).reordering(0.02), bulk, 20);
        transfer("20 Mbit/s, 20 ms, 2 % duplicated", SimulatedLink.of(20, 20).duplicating(0.02), bulk, 20);
        transfer(
                "20 Mbit/s, 20 ms, ACKs 10 % lost",
                SimulatedLink.of(20, 20), SimulatedLink.of(20, 20).losing(0.10), bulk, 20);
        transfer("2 Mbit/s, 300 ms, 5 % loss", SimulatedLink.of(2, 300).losing(0.05), 1L << 20, 60);
        if (Boolean.getBoolean("sluice.netsim.write")) {
            Files.createDirectories(TABLE.getParent());
            Files.writeString(TABLE, table);
        }
        try (InputStream committed = SimulatedNetworkTest.class.getResourceAsStream("netsim.txt")) {
            assertThat(committed).as("the committed table").isNotNull();
            assertThat(table.toString()).isEqualTo(new String(committed.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    /** Octet for octet, with everything a path can do at once; the flow compares them as they come. */
    @Test
    @Tag("TC-21")
    void everyFaultAtOnce_twentySeeds_byteExact() {
        SimulatedLink bad = SimulatedLink.of(50, 10)
                .losing(0.02)
                .reordering(0.05)
                .duplicating(0.05)
                .corrupting(0.02);
        for (CongestionAlgorithm algorithm : CongestionAlgorithm.values()) {
            for (long seed = 1; seed <= 20; seed++) {
                SimulatedNetwork network = new SimulatedNetwork(bad, bad, algorithm, seed);
                SimulatedNetwork.Flow down = network.open(40_000, 2 << 20);
                SimulatedNetwork.Flow up = network.openUp(40_001, 2 << 20);
                network.run(60);
                assertThat(down.ended && up.ended)
                        .as("%s, seed %d", algorithm, seed)
                        .isTrue();
                assertThat(down.received).isEqualTo(2 << 20);
                assertThat(up.received).isEqualTo(2 << 20);
                network.end();
            }
        }
    }

    /** RFC 3168: a queue that marks before it overflows loses nothing, and the link stays full. */
    @Test
    void markingQueue_nothingLostAndFullRate() {
        for (CongestionAlgorithm algorithm : CongestionAlgorithm.values()) {
            SimulatedLink link = SimulatedLink.of(20, 20).queueing(200_000).marking(40_000);
            SimulatedNetwork network = new SimulatedNetwork(link, link, algorithm, 3);
            network.ecn = true;
            SimulatedNetwork.Flow flow = network.open(40_000, 1L << 40);
            network.run(20);
            assertThat(network.server.counted(Counter.TCP_RETRANSMITTED_SEGMENTS))
                    .as("%s", algorithm)
                    .isZero();
            assertThat(network.server.counted(Counter.TCP_CONGESTION_MARKS))
                    .as("%s", algorithm)
                    .isPositive();
            assertThat(flow.received * 8 / 20e6).as("Mbit/s, %s", algorithm).isGreaterThan(17);
            network.end();
        }
    }

    @Test
    @Tag("TC-53")
    void latecomer_shortRoundTrip_getsItsShareWithinAMinute() {
        assertThat(jainOfLatecomer(20, 0)).isGreaterThanOrEqualTo(0.9);
    }

    /** A window of 160 segments is regained in ten seconds by CUBIC's curve, and a share is shifted with each loss: it takes a minute. */
    @Test
    @Tag("TC-53")
    void latecomer_longRoundTrip_getsItsShareInTheSecondMinute() {
        assertThat(jainOfLatecomer(100, 60)).isGreaterThanOrEqualTo(0.9);
    }

    /** Jain's index over a minute, {@code patience} seconds after the second of two flows began, which is 5 s behind the first. */
    private static double jainOfLatecomer(int roundTripMillis, int patience) {
        SimulatedLink link = SimulatedLink.of(20, roundTripMillis);
        SimulatedNetwork network = new SimulatedNetwork(link, link, 7);
        SimulatedNetwork.Flow first = network.open(40_000, 1L << 40);
        network.run(5);
        SimulatedNetwork.Flow second = network.open(40_001, 1L << 40);
        network.run(patience);
        long firstBefore = first.received;
        long secondBefore = second.received;
        network.run(60);
        double a = first.received - firstBefore;
        double b = second.received - secondBefore;
        network.end();
        return (a + b) * (a + b) / (2 * (a * a + b * b));
    }
}
