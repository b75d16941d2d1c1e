package io.sluice.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory and descriptors: what the appliance takes while it only carries octets, whether it gives back, what it does at the end of them. */
@NeedsNamespaces
class ThriftTest {

    private static final String SMALL = "-Xmx64m -XX:MaxDirectMemorySize=64m";

    private static final Duration WARM_UP = Duration.ofSeconds(6);
    private static final Duration MEASURED = Duration.ofSeconds(6);

    /** How often it is measured at most. */
    private static final int LOOKS = 6;

    /** The largest IP packet: as many octets as a super-packet has at most, so a division by it counts too few of them. */
    private static final int PACKET = 65_535;
    /** Half the smallest object there is (8-byte headers, 8-byte steps: 8 octets). */
    private static final int A_PACKET = 4;
    /** Timers, statistics and the recording itself. */
    private static final int A_SECOND = 256 * 1024;

    /** CPU time of an appliance that does nothing for three seconds. */
    private static final Duration IDLE = Duration.ofSeconds(1);

    private static final String RECORDING = """
            <?xml version="1.0" encoding="UTF-8"?>
            <configuration version="2.0">
              <event name="jdk.ObjectAllocationSample"><setting name="enabled">true</setting>
                <setting name="throttle">500/s</setting><setting name="stackTrace">true</setting></event>
              <event name="jdk.ThreadAllocationStatistics"><setting name="enabled">true</setting>
                <setting name="period">200 ms</setting></event>
            </configuration>
            """;

    @Test
    void bulk_inSixtyFourMebibytes_allocatesNoObjectAPacket(@TempDir Path folder) throws Exception {
        Path settings = Files.writeString(folder.resolve("allocation.jfc"), RECORDING);
        try (Tunnelled tunnel = new Tunnelled(
                folder,
                SMALL + " -XX:FlightRecorderOptions:repository=" + folder + " -XX:StartFlightRecording=settings="
                        + settings)) {
            tunnel.bulk(WARM_UP);
            Measured measured = measure(tunnel, folder.resolve("allocation0.jfr"));
            // A loaded machine keeps the compiler waiting, and what is not compiled allocates.
            for (int look = 1; look < LOOKS && !measured.isThrifty(); look++) {
                measured = measure(tunnel, folder.resolve("allocation" + look + ".jfr"));
            }
            tunnel.stop();
            assertThat(tunnel.said()).doesNotContain("OutOfMemory");
            assertThat(measured.packets()).isGreaterThan(1_000);
            assertThat(measured.isThrifty()).as("%s", measured).isTrue();
        }
    }

    /**
     * @param allocated octets, by the loops' threads
     * @param sites where, with the weight of what was sampled
     */
    private record Measured(long allocated, long packets, Map<String, Long> sites) {

        boolean isThrifty() {
            return allocated < packets * A_PACKET + MEASURED.toSeconds() * A_SECOND;
        }
    }

    private static Measured measure(Tunnelled tunnel, Path recording) throws Exception {
        Instant from = Instant.now().plusSeconds(1);
        long octets = tunnel.bulk(MEASURED.plusSeconds(2));
        Instant until = from.plus(MEASURED);
        tunnel.dump(recording);
        List<RecordedEvent> events = RecordingFile.readAllEvents(recording).stream()
                .filter(event -> event.getStartTime().isAfter(from)
                        && event.getStartTime().isBefore(until))
                .toList();
        long allocated = allocated(events);
        long packets = octets / PACKET * MEASURED.toSeconds() / (MEASURED.toSeconds() + 2);
        System.out.printf("%d octets allocated for %d super-packets of streams%n", allocated, packets);
        return new Measured(allocated, packets, sites(events));
    }

    /** By the loops' threads, between their first and their last statistics. */
    private static long allocated(List<RecordedEvent> events) {
        Map<Long, long[]> ofThread = new HashMap<>();
        for (RecordedEvent event : events) {
            if (event.getEventType().getName().equals("jdk.ThreadAllocationStatistics")
                    && isLoop(event.getThread("thread"))) {
                long sum = event.getLong("allocated");
                long[] range = ofThread.computeIfAbsent(
                        event.getThread("thread").getJavaThreadId(), thread -> new long[] {sum, sum});
                range[0] = Math.min(range[0], sum);
                range[1] = Math.max(range[1], sum);
            }
        }
        assertThat(ofThread).as("loops in the recording").isNotEmpty();
        return ofThread.values().stream()
                .mapToLong(range -> range[1] - range[0])
                .sum();
    }

    private static boolean isLoop(RecordedThread thread) {
        return thread != null
                && thread.getJavaName() != null
                && thread.getJavaName().startsWith("sluice-loop");
    }

    /** The first frames of what was sampled, with their weight. */
    private static Map<String, Long> sites(List<RecordedEvent> events) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals("jdk.ObjectAllocationSample")
                        && isLoop(event.getThread()))
                .collect(Collectors.groupingBy(
                        ThriftTest::site, TreeMap::new, Collectors.summingLong(event -> event.getLong("weight"))));
    }

    private static String site(RecordedEvent event) {
        return event.getStackTrace().getFrames().stream()
                .filter(RecordedFrame::isJavaFrame)
                .limit(6)
                .map(frame -> frame.getMethod().getType().getName() + "."
                        + frame.getMethod().getName())
                .collect(Collectors.joining(" < "));
    }

    @Test
    void everyBuffer_followedByTheLeakDetector_comesBack(@TempDir Path folder) throws Exception {
        try (Tunnelled tunnel = new Tunnelled(folder, SMALL + " -Dio.netty.leakDetection.level=paranoid")) {
            for (int i = 0; i < 300; i++) {
                Socket socket = tunnel.dial(Tunnelled.ECHO);
                Tunnelled.echo(socket);
                if (i % 3 == 0) {
                    socket.setSoLinger(true, 0);
                } else if (i % 3 == 1) {
                    socket.shutdownOutput();
                    assertThat(socket.getInputStream().read()).isEqualTo(-1);
                }
                socket.close();
            }
            tunnel.bulk(Duration.ofSeconds(4));
            // What was lost is reported when its place is collected and another buffer made: 64 MiB are soon full.
            tunnel.bulk(Duration.ofSeconds(4));
            tunnel.stop();
            assertThat(tunnel.said()).doesNotContain("LEAK", "OutOfMemory");
        }
    }

    @Test
    void atTheDescriptorLimit_goesOnServing_withoutSpinning(@TempDir Path folder) throws Exception {
        List<Socket> open = new ArrayList<>();
        try (Tunnelled tunnel = new Tunnelled(folder, SMALL, "sh", "-c", "ulimit -n 400; exec \"$@\"", "sh")) {
            int refused = 0;
            while (refused < 20 && open.size() < 1_000) {
                try {
                    Socket socket = tunnel.dial(Tunnelled.ECHO);
                    Tunnelled.echo(socket);
                    open.add(socket);
                } catch (IOException e) {
                    refused++;
                }
            }
            assertThat(refused).as("%d opened", open.size()).isEqualTo(20);
            assertThat(open).as("opened below the limit").hasSizeGreaterThan(100);
            Duration least = Duration.ofDays(1);
            // A compiler that still has work to do may take its time; a loop that spins never ends.
            for (int look = 0; look < 10 && least.compareTo(IDLE) >= 0; look++) {
                Duration before = tunnel.cpu();
                Thread.sleep(Duration.ofSeconds(3));
                Duration used = tunnel.cpu().minus(before);
                least = used.compareTo(least) < 0 ? used : least;
            }
            assertThat(least).as("CPU in three idle seconds").isLessThan(IDLE);
            for (Socket socket : open) {
                Tunnelled.echo(socket);
            }
            for (Socket socket : open.subList(0, 50)) {
                socket.close();
            }
            Await.until("a free descriptor", () -> {
                try (Socket socket = tunnel.dial(Tunnelled.ECHO)) {
                    Tunnelled.echo(socket);
                    return true;
                } catch (IOException e) {
                    return false;
                }
            });
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }
}
