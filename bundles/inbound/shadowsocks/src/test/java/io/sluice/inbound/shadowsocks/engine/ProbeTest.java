package io.sluice.inbound.shadowsocks.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.shadowsocks.Method;
import io.sluice.testkit.probe.ChiSquare;
import io.sluice.testkit.probe.ChiSquare.Probe;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * P12 of the security cases, active probing (Frolov, Wampler, Wustrow, NDSS 2020): what a listener does with octets of a stranger must not depend on how
 * many they are, neither what it does nor when.
 */
class ProbeTest {

    private static final int LONGEST = 220;

    /** An independence is taken for a dependence twice in a hundred times, so three times in a row once in a hundred thousand. */
    private static final int TRIES = 3;

    private final Random random = new Random(1);

    private byte[] octets(int length) {
        byte[] octets = new byte[length];
        random.nextBytes(octets);
        return octets;
    }

    private static String end(Socket socket) throws IOException {
        try {
            byte[] answer = socket.getInputStream().readAllBytes();
            return answer.length == 0 ? "FIN" : answer.length + " octets";
        } catch (SocketException e) {
            return "RST";
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"AES_256_GCM", "CHACHA20_IETF_POLY1305", "BLAKE3_AES_128_GCM", "BLAKE3_CHACHA20_POLY1305"})
    void p12_reactionAndItsTime_areIndependentOfTheLength(Method method) throws Exception {
        double statistic = Double.MAX_VALUE;
        try (InboundFixture inbound = new InboundFixture(method)) {
            for (int i = 0; i < TRIES && statistic > ChiSquare.LIMIT; i++) {
                statistic = ChiSquare.of(probed(inbound));
                System.out.printf(
                        "P12 %s: chi-square %.1f of ten degrees of freedom (p > 0.01 below %.1f)%n",
                        method, statistic, ChiSquare.LIMIT);
            }
            assertThat(inbound.flows.streams).isEmpty();
        }
        assertThat(statistic).isLessThan(ChiSquare.LIMIT);
    }

    /** Every length twice, mixed, so that what else the machine does meanwhile falls on all. */
    private List<Probe> probed(InboundFixture inbound) throws Exception {
        List<Integer> lengths = new ArrayList<>(IntStream.range(0, 2 * LONGEST)
                .map(i -> 1 + i % LONGEST)
                .boxed()
                .toList());
        Collections.shuffle(lengths, random);
        List<Probe> probes = new ArrayList<>();
        for (int length : lengths) {
            try (Socket socket = inbound.connect()) {
                byte[] probe = octets(length);
                socket.getOutputStream().write(probe);
                long sent = System.nanoTime();
                socket.shutdownOutput();
                assertThat(end(socket)).as("%d octets", length).isEqualTo("FIN");
                probes.add(new Probe(length, System.nanoTime() - sent));
            }
        }
        return probes;
    }

    /** As many segments as octets: how long that takes depends on the prober. */
    @ParameterizedTest
    @EnumSource(names = {"AES_256_GCM", "BLAKE3_AES_128_GCM"})
    void p12_octetByOctet_endsAlike(Method method) throws Exception {
        try (InboundFixture inbound = new InboundFixture(method)) {
            for (int length = 1; length <= LONGEST; length++) {
                try (Socket socket = inbound.connect()) {
                    for (byte octet : octets(length)) {
                        socket.getOutputStream().write(octet);
                    }
                    socket.shutdownOutput();
                    assertThat(end(socket)).as("%d octets", length).isEqualTo("FIN");
                }
            }
            assertThat(inbound.flows.streams).isEmpty();
        }
    }

    /** Who does not close is not closed before the limit, whatever was sent. */
    @ParameterizedTest
    @EnumSource(names = {"AES_256_GCM", "BLAKE3_AES_256_GCM"})
    void everyLength_keptOpen_endsAtTheLimit(Method method) throws Exception {
        Duration limit = Duration.ofSeconds(2);
        try (InboundFixture inbound = new InboundFixture(method, limit, Map.of())) {
            int[] lengths = {1, 16, 31, 32, 33, 34, 42, 49, 50, 51, 74, 75, 76, 100, 219, 220, 5_000, 100_000};
            List<Socket> sockets = new ArrayList<>();
            List<Long> begun = new ArrayList<>();
            for (int length : lengths) {
                begun.add(System.nanoTime());
                Socket socket = inbound.connect();
                sockets.add(socket);
                socket.getOutputStream().write(octets(length));
            }
            for (int i = 0; i < lengths.length; i++) {
                assertThat(end(sockets.get(i))).as("%d octets", lengths[i]).isEqualTo("FIN");
                assertThat(System.nanoTime() - begun.get(i))
                        .as("%d octets", lengths[i])
                        .isGreaterThan(limit.minusMillis(100).toNanos());
                sockets.get(i).close();
            }
            assertThat(inbound.count("handshakeTimeouts")).isEqualTo(lengths.length);
        }
    }
}
