package io.sluice.proxyserver.socks;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.ResourceLeakDetector;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.loop.NettyEventLoops;
import io.sluice.proxyserver.Await;
import io.sluice.proxyserver.socks.SocksServerFixture.Client;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SocksConversationTest {

    private static final String CONNECT = "05 01 00 01 C0000201 01BB";
    private static final String GRANTED = "05000001000000000000";
    private static NettyEventLoops loops;

    @BeforeAll
    static void open() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        loops = NettyEventLoops.open(2);
    }

    @AfterAll
    static void close() throws InterruptedException {
        assertThat(loops.close(Duration.ofSeconds(30))).isTrue();
    }

    @Test
    void connect_accepted_repliesAndRelays() throws Exception {
        try (var server = new SocksServerFixture(loops);
                Client client = server.connect()) {
            assertThat(client.send("05 01 00").read(2)).isEqualTo("0500");
            assertThat(client.send(CONNECT).read(10)).isEqualTo(GRANTED);
            assertThat(client.say("hello").readText(5)).isEqualTo("hello");

            FlowSource source = server.flows.streams.getFirst().source();
            assertThat(source.network()).isEqualTo(Network.TCP);
            assertThat(source.inboundTag()).isEqualTo("in");
            assertThat(source.source()).isEqualTo(client.socket.getLocalSocketAddress());
            assertThat(source.destination().toString()).isEqualTo("/192.0.2.1:443");
            assertThat(source.user()).isEmpty();
            assertThat(server.count("streams")).isOne();
        }
    }

    @Test
    void everythingAtOnce_withDataAndFin_isKeptAndRelayed() throws Exception {
        try (var server = new SocksServerFixture(loops, "alice:secret");
                Client client = server.connect()) {
            client.send("05 01 02  01 05 616C696365 06 736563726574 " + CONNECT + " 68656C6C6F");
            client.socket.shutdownOutput();

            assertThat(client.readToEnd()).isEqualTo("0502" + "0100" + GRANTED + "68656C6C6F");
            assertThat(server.flows.streams.getFirst().source().user()).contains("alice");
        }
    }

    @Test
    void oneOctetAtATime_isTheSame() throws Exception {
        try (var server = new SocksServerFixture(loops, "alice:secret");
                Client client = server.connect()) {
            String all = "050102 0105616C69636506736563726574 050100030B6578616D706C652E636F6D0050 41".replace(" ", "");
            for (int i = 0; i < all.length(); i += 2) {
                client.send(all.substring(i, i + 2));
            }
            client.socket.shutdownOutput();

            assertThat(client.readToEnd()).isEqualTo("0502" + "0100" + GRANTED + "41");
            assertThat(server.flows.streams.getFirst().source().destination().getHostString())
                    .isEqualTo("example.com");
        }
    }

    @Test
    void dataWhileTheFlowRoomDecides_isKept() throws Exception {
        try (var server = new SocksServerFixture(loops);
                Client client = server.connect()) {
            server.flows.hesitates = true;
            client.send("05 01 00").read(2);
            client.send(CONNECT);
            Await.until(() -> "no request", () -> !server.flows.streams.isEmpty());
            client.say("early");
            client.socket.shutdownOutput();
            var request = server.flows.streams.getFirst();
            request.eventLoop().execute(() -> io.sluice.proxyserver.ScriptedFlows.echo(request.accept()));

            assertThat(client.readToEnd()).isEqualTo(GRANTED + "6561726C79");
        }
    }

    @Test
    void clientGoesWhileTheFlowRoomDecides_isCancelled_andALateAnswerHarmless() throws Exception {
        try (var server = new SocksServerFixture(loops)) {
            server.flows.hesitates = true;
            Client client = server.connect();
            client.send("05 01 00").read(2);
            client.send(CONNECT);
            Await.until(() -> "no request", () -> !server.flows.streams.isEmpty());
            client.socket.setSoLinger(true, 0);
            client.close();
            Await.until(() -> server.flows.ends, () -> server.flows.ends.contains("cancelled"));

            var request = server.flows.streams.getFirst();
            boolean active = request.eventLoop()
                    .submit(() -> request.accept().channel().isActive())
                    .get();
            assertThat(active).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "POLICY_REJECTED, 02",
        "POLICY_ABSENT, 02",
        "CONNECT_REFUSED, 05",
        "CONNECT_TIMEOUT, 06",
        "UNREACHABLE, 04",
        "RESOLVE_FAILED, 04",
        "EGRESS_UNAVAILABLE, 03",
        "OUTBOUND_UNSUPPORTED, 07",
        "PROXY_FAILED, 01",
        "LIMIT_REACHED, 01"
    })
    void connect_refused_repliesWithTheCodeAndCloses(CloseReason reason, String code) throws Exception {
        try (var server = new SocksServerFixture(loops);
                Client client = server.connect()) {
            server.flows.refusal = reason;
            client.send("05 01 00" + CONNECT).say("unread data");

            assertThat(client.readToEnd()).isEqualTo("0500" + "05" + code + "0001000000000000");
            server.awaitCount("refusedRequests", 1);
        }
    }

    @Test
    void connect_dropped_closesWithoutAWord() throws Exception {
        try (var server = new SocksServerFixture(loops);
                Client client = server.connect()) {
            server.flows.refusal = CloseReason.POLICY_DROPPED;

            assertThat(client.send("05 01 00" + CONNECT).readToEnd()).isEqualTo("0500");
        }
    }

    @Test
    void flowRoomAbsent_isAGeneralFailure() throws Exception {
        try (var server = new SocksServerFixture(loops, Duration.ofSeconds(30), false);
                Client client = server.connect()) {
            assertThat(client.send("05 01 00" + CONNECT).readToEnd()).isEqualTo("0500" + "05010001000000000000");
        }
    }

    @ParameterizedTest
    @CsvSource({
        // P01: only what is configured is chosen; GSSAPI never
        "'05 01 01', 05FF",
        "'05 01 FF', 05FF",
        "'05 00', 05FF",
        "'05 01 02', 05FF",
        "'05 02 00 01', 0500",
        // not SOCKS5
        "'04 01 0050 C0000201 00', ''",
        "'47 45 54 20', ''",
        // P03
        "'05 01 00 05 00 00 01 C0000201 01BB', 0500 05070001000000000000",
        "'05 01 00 05 04 00 01 C0000201 01BB', 0500 05070001000000000000",
        "'05 01 00 05 02 00 01 C0000201 01BB', 0500 05070001000000000000",
        "'05 01 00 05 01 00 02 C0000201 01BB', 0500 05080001000000000000",
        "'05 01 00 05 01 00 03 00 01BB', 0500 05010001000000000000",
        "'05 01 00 05 01 00 03 03 610062 01BB', 0500 05010001000000000000",
        "'05 01 00 05 01 00 01 C0000201 0000', 0500 05010001000000000000",
        "'05 01 00 04 01', 0500 05010001000000000000"
    })
    void malformedOrUnwanted_isAnsweredAndClosed(String sent, String answered) throws Exception {
        try (var server = new SocksServerFixture(loops);
                Client client = server.connect()) {
            client.send(sent);
            client.socket.shutdownOutput();

            assertThat(client.readToEnd()).isEqualTo(answered.replace(" ", ""));
            assertThat(server.flows.streams).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0105616C69636505776F726E67, 0101",
        "0103626F62 06736563726574, 0101",
        "01 00 00, 0101",
        "05 01 00, 0101",
        "0105616C69636506736563726574, 0100"
    })
    void credentials_areChecked(String sent, String answered) throws Exception {
        try (var server = new SocksServerFixture(loops, "alice:secret", "carol:other");
                Client client = server.connect()) {
            client.send("05 02 00 02").send(sent);
            client.socket.shutdownOutput();

            assertThat(client.readToEnd()).isEqualTo("0502" + answered);
            assertThat(server.flows.streams).isEmpty();
        }
    }

    @Test
    void fiveFailures_slowTheSixthDown() throws Exception {
        try (var server = new SocksServerFixture(loops, "alice:secret")) {
            long slowest = 0;
            for (int i = 0; i < 6; i++) {
                long start = System.nanoTime();
                try (Client client = server.connect()) {
                    assertThat(client.send("05 01 02 01 01 61 01 62").read(4)).isEqualTo("05020101");
                }
                slowest = System.nanoTime() - start;
            }
            assertThat(Duration.ofNanos(slowest)).isGreaterThanOrEqualTo(Duration.ofMillis(990));
            assertThat(server.count("authFailures")).isEqualTo(6);
        }
    }

    /** P02 of the security cases: user names and passwords of 0 and 255 octets, and of a user who exists as of one who does not. */
    @Test
    void p02_lengthsAtTheirEnds_andAUserWhoExists_tellNothing() throws Exception {
        String longest = "a".repeat(255);
        try (var server = new SocksServerFixture(loops, longest + ":" + longest, "alice:secret")) {
            for (String[] pair : new String[][] {{"", ""}, {"", "x"}, {"alice", ""}, {longest, longest.substring(1)}}) {
                assertThat(verdict(server, pair[0], pair[1])).isEqualTo("0101");
            }
            assertThat(verdict(server, longest, longest)).isEqualTo("0100");
        }
        // A door of its own for each: five failures slow an address down.
        List<Long> known = new ArrayList<>();
        List<Long> unknown = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            try (var server = new SocksServerFixture(loops, "alice:secret")) {
                for (int j = 0; j < 4; j++) {
                    boolean exists = (i + j) % 2 == 0;
                    long begun = System.nanoTime();
                    assertThat(verdict(server, exists ? "alice" : "alicf", "wrong!"))
                            .isEqualTo("0101");
                    (exists ? known : unknown).add(System.nanoTime() - begun);
                }
            }
        }
        long difference = Math.abs(median(known) - median(unknown));
        System.out.printf(
                "P02: medians of a user who exists and one who does not differ by %d µs%n", difference / 1_000);
        assertThat(Duration.ofNanos(difference)).isLessThan(Duration.ofMillis(5));
    }

    private static long median(List<Long> times) {
        Collections.sort(times);
        return times.get(times.size() / 2);
    }

    private static String verdict(SocksServerFixture server, String user, String password) throws Exception {
        try (Client client = server.connect()) {
            client.send("05 01 02" + "01" + counted(user) + counted(password));
            String answer = client.read(4);
            assertThat(answer).startsWith("0502");
            return answer.substring(4);
        }
    }

    private static String counted(String text) {
        return "%02x".formatted(text.length())
                + HexFormat.of().formatHex(text.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }

    @Test
    void cutAtEveryOctet_closesQuietly() throws Exception {
        String all = ("050102 0105616C69636506736563726574 050100030B6578616D706C652E636F6D0050").replace(" ", "");
        try (var server = new SocksServerFixture(loops, "alice:secret")) {
            for (int cut = 0; cut < all.length(); cut += 2) {
                try (Client client = server.connect()) {
                    client.send(all.substring(0, cut));
                    client.socket.shutdownOutput();
                    assertThat(client.readToEnd()).as("cut at %d", cut / 2).isIn("", "0502", "05020100");
                }
            }
            assertThat(server.flows.streams).isEmpty();
            assertThat(server.count("internalErrors")).isZero();
        }
    }

    @Test
    void silentClient_isClosedAtTheDeadline() throws Exception {
        try (var server = new SocksServerFixture(loops, Duration.ofSeconds(2), true);
                Client client = server.connect()) {
            assertThat(client.send("05 01 00").readToEnd()).isEqualTo("0500");
            assertThat(server.count("handshakeTimeouts")).isOne();
        }
    }

    @Test
    void randomOctets_neverThrow() throws Exception {
        Random random = new Random(0x5EED);
        try (var server = new SocksServerFixture(loops)) {
            for (int i = 0; i < 2_000; i++) {
                byte[] octets = new byte[random.nextInt(64)];
                random.nextBytes(octets);
                if (random.nextBoolean() && octets.length > 6) {
                    octets[0] = 5;
                    octets[1] = 1;
                    octets[2] = 0;
                    octets[3] = 5;
                    octets[4] = (byte) (random.nextInt(4));
                }
                try (Client client = server.connect()) {
                    client.socket.getOutputStream().write(octets);
                    client.socket.shutdownOutput();
                    client.readToEnd();
                } catch (IOException e) {
                    // A reset is a fine answer to nonsense.
                }
            }
            server.awaitCount("acceptedConnections", 2_000);
            assertThat(server.count("internalErrors")).isZero();
            Await.until(
                    () -> server.door.guests().size(),
                    () -> server.door.guests().isEmpty());
        }
    }
}
