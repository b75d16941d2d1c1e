package io.sluice.inbound.shadowsocks.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.shadowsocks.Method;
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
 * Active probing (Frolov, Wampler, Wustrow, NDSS 2020): what a listener does with octets of a stranger must not depend on how many they are, neither
 * what it does nor when.
 */
class ProbeTest {

    private static final int LONGEST = 220;

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
    void everyLength_thenFin_endsAlike(Method method) throws Exception {
        try (InboundFixture inbound = new InboundFixture(method)) {
            List<Long> few = new ArrayList<>();
            List<Long> many = new ArrayList<>();
            // Mixed, so that what else the machine does meanwhile falls on both kinds.
            List<Integer> lengths =
                    new ArrayList<>(IntStream.rangeClosed(1, LONGEST).boxed().toList());
            Collections.shuffle(lengths, random);
            for (int length : lengths) {
                try (Socket socket = inbound.connect()) {
                    byte[] probe = octets(length);
                    if (length % 2 == 0) {
                        socket.getOutputStream().write(probe);
                    } else {
                        for (byte octet : probe) {
                            socket.getOutputStream().write(octet);
                        }
                    }
                    long sent = System.nanoTime();
                    socket.shutdownOutput();
                    assertThat(end(socket)).as("%d octets", length).isEqualTo("FIN");
                    (length < 50 ? few : many).add(System.nanoTime() - sent);
                }
            }
            assertThat(inbound.flows.streams).isEmpty();
            Collections.sort(few);
            Collections.sort(many);
            long difference = Math.abs(few.get(few.size() / 2) - many.get(many.size() / 2));
            System.out.printf("probes of %s: medians differ by %d µs%n", method, difference / 1_000);
            // A time-out in the one case and none in the other would be seconds.
            assertThat(Duration.ofNanos(difference))
                    .as("of the medians, below and above 50 octets")
                    .isLessThan(Duration.ofMillis(500));
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
