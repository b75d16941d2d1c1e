package io.sluice.proxyserver.keyed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.api.transport.StreamAcceptor;
import io.sluice.api.transport.StreamLayer;
import io.sluice.proxycodec.vmess.VmessId;
import io.sluice.proxycodec.vmess.VmessServer;
import io.sluice.proxyserver.Listener;
import io.sluice.proxyserver.trojan.TrojanConversation;
import io.sluice.proxyserver.vless.VlessConversation;
import io.sluice.proxyserver.vmess.VmessConversation;
import io.sluice.testkit.probe.ChiSquare;
import io.sluice.testkit.probe.ChiSquare.Probe;
import io.sluice.transport.tls.TlsLayer;
import io.sluice.transport.websocket.WebSocketLayer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * P12 of the security cases (Frolov, Wampler, Wustrow, NDSS 2020), for each keyed inbound, bare and at the end of its layers: 1 to 220 random octets, then
 * the end of the stream. What comes back, how it ends and when must not depend on how many they were.
 */
class ProbeTest {

    private static final int LONGEST = 220;

    /** An independence is taken for a dependence twice in a hundred times, so three times in a row once in a hundred thousand. */
    private static final int TRIES = 3;

    @TempDir
    static Path folder;

    /** What is probed. */
    enum Inbound {
        TROJAN,
        VLESS,
        VMESS
    }

    @BeforeAll
    static void certificate() throws Exception {
        List<String> openssl = List.of(
                ("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=a.test -out "
                                + folder.resolve("c.pem") + " -keyout " + folder.resolve("k.pem"))
                        .split(" "));
        try {
            new ProcessBuilder(openssl)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log").toFile())
                    .start()
                    .waitFor();
        } catch (IOException e) {
            assumeTrue(Files.exists(folder.resolve("k.pem")), "openssl is not installed");
        }
    }

    private static KeyedFixture open(Inbound inbound, boolean tls, boolean webSocket, String... fallbacks)
            throws IOException {
        Map<String, Object> properties = new HashMap<>();
        properties.put("tls.identities", 1);
        properties.put("tls.identity.0.certificateFile", folder.resolve("c.pem").toString());
        properties.put("tls.identity.0.keyFile", folder.resolve("k.pem").toString());
        properties.put("websocket.path", "/way");
        StreamLayer security = tls ? new TlsLayer() : null;
        StreamLayer transport = webSocket ? new WebSocketLayer() : null;
        Function<KeyedDoor, StreamAcceptor> top = top(inbound);
        return new KeyedFixture(
                users(inbound),
                Duration.ofSeconds(60),
                fallbacks,
                door -> Listener.stack(top.apply(door), door.door().settings(), properties, security, transport));
    }

    private static Users users(Inbound inbound) {
        String id = "2418d087-648d-4990-86e8-19dca1d006d3";
        return switch (inbound) {
            case TROJAN -> TrojanConversation.users("", new String[] {"secret"}, new String[0]);
            case VLESS -> VlessConversation.users("", new String[] {id}, new String[0]);
            case VMESS -> VmessConversation.users("", List.of(VmessId.of(id)), new String[0]);
        };
    }

    private static Function<KeyedDoor, StreamAcceptor> top(Inbound inbound) {
        VmessServer server = new VmessServer(
                List.of(VmessId.of("2418d087-648d-4990-86e8-19dca1d006d3")), Instant::now, new SecureRandom());
        return switch (inbound) {
            case TROJAN -> TrojanConversation::acceptor;
            case VLESS -> VlessConversation::acceptor;
            case VMESS -> door -> VmessConversation.acceptor(door, server);
        };
    }

    @ParameterizedTest
    @CsvSource({
        "TROJAN,false,false", "VLESS,false,false", "VMESS,false,false",
        "TROJAN,true,false", "VLESS,true,false", "VMESS,true,false",
        "TROJAN,false,true", "VLESS,false,true", "VMESS,false,true",
        "VLESS,true,true"
    })
    void p12_reactionAndItsTime_areIndependentOfTheLength(Inbound inbound, boolean tls, boolean webSocket)
            throws Exception {
        assumeTrue(!tls || Files.exists(folder.resolve("k.pem")), "openssl is not installed");
        double statistic = Double.MAX_VALUE;
        try (KeyedFixture server = open(inbound, tls, webSocket)) {
            for (int i = 0; i < TRIES && statistic > ChiSquare.LIMIT; i++) {
                statistic = ChiSquare.of(probed(server, tls, webSocket, new Random(12 + i)));
                System.out.printf(
                        "P12 %s%s%s: chi-square %.1f of ten degrees of freedom (p > 0.01 below %.1f)%n",
                        inbound, tls ? " TLS" : "", webSocket ? " WebSocket" : "", statistic, ChiSquare.LIMIT);
            }
            assertThat(server.flows.streams).isEmpty();
            assertThat(server.flows.datagrams).isEmpty();
            assertThat(server.door.counters().internalErrors.sum()).isZero();
        }
        assertThat(statistic).isLessThan(ChiSquare.LIMIT);
    }

    /** P15 of the security cases: who asks the same TLS for a page gets the site's, octet by octet. */
    @ParameterizedTest
    @EnumSource(names = {"TROJAN", "VLESS"})
    void p15_requestForAPage_overTheSameTls_reachesTheFallback(Inbound inbound) throws Exception {
        assumeTrue(Files.exists(folder.resolve("k.pem")), "openssl is not installed");
        byte[] get = "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        try (ServerSocket site = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                KeyedFixture server =
                        open(inbound, true, false, "xver=0 name= alpn= path= dest=127.0.0.1:" + site.getLocalPort())) {
            CompletableFuture<byte[]> came = FallbackTest.serveOne(site);
            try (Socket socket = secured(server.connect())) {
                socket.getOutputStream().write(get);
                socket.shutdownOutput();
                assertThat(socket.getInputStream().readAllBytes()).isEqualTo(FallbackTest.ANSWER);
            }
            assertThat(came.get(30, TimeUnit.SECONDS)).isEqualTo(get);
            assertThat(server.flows.streams).isEmpty();
        }
    }

    private static List<Probe> probed(KeyedFixture server, boolean tls, boolean webSocket, Random random)
            throws Exception {
        List<Integer> lengths = new ArrayList<>(IntStream.range(0, 2 * LONGEST)
                .map(i -> 1 + i % LONGEST)
                .boxed()
                .toList());
        Collections.shuffle(lengths, random);
        List<Probe> probes = new ArrayList<>();
        String reaction = null;
        for (int length : lengths) {
            byte[] probe = new byte[length];
            random.nextBytes(probe);
            try (Socket socket = tls ? secured(server.connect()) : server.connect()) {
                if (webSocket) {
                    upgrade(socket);
                }
                socket.getOutputStream().write(webSocket ? frame(probe) : probe);
                long sent = System.nanoTime();
                socket.shutdownOutput();
                String seen = reaction(socket);
                probes.add(new Probe(length, System.nanoTime() - sent));
                assertThat(seen).as("%d octets", length).isEqualTo(reaction == null ? seen : reaction);
                reaction = seen;
            }
        }
        assertThat(reaction).isEqualTo(webSocket ? reaction : "FIN");
        return probes;
    }

    /** What came, in hexadecimal, and how it ended. */
    private static String reaction(Socket socket) throws IOException {
        ByteArrayOutputStream came = new ByteArrayOutputStream();
        InputStream in = socket.getInputStream();
        String end = "FIN";
        try {
            for (int octet = in.read(); octet >= 0; octet = in.read()) {
                came.write(octet);
            }
        } catch (SocketException e) {
            end = "RST";
        } catch (SSLException e) {
            end = "cut";
        }
        return HexFormat.of().formatHex(came.toByteArray()) + end;
    }

    private static Socket secured(Socket below) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Anybody()}, null);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(below, "a.test", 443, true);
        socket.startHandshake();
        return socket;
    }

    private static void upgrade(Socket socket) throws IOException {
        socket.getOutputStream()
                .write(("GET /way HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) socket.getInputStream().read());
        }
        assertThat(head.toString()).startsWith("HTTP/1.1 101 ");
    }

    /** RFC 6455 §5.2: one binary frame, masked by zeros. */
    private static byte[] frame(byte[] payload) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(0x82);
        frame.write(0x80 | Math.min(payload.length, 126));
        if (payload.length >= 126) {
            frame.write(payload.length >> 8);
            frame.write(payload.length);
        }
        frame.writeBytes(new byte[4]);
        frame.writeBytes(payload);
        return frame.toByteArray();
    }

    /** A prober does not care who answers. */
    private static final class Anybody implements X509TrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
