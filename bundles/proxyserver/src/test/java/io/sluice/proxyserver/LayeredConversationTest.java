package io.sluice.proxyserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.group.ChannelGroup;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.transport.StreamLayer;
import io.sluice.loop.NettyEventLoops;
import io.sluice.proxyserver.http.HttpConversation;
import io.sluice.proxyserver.socks.SocksConversation;
import io.sluice.testkit.layer.LayerRig;
import io.sluice.testkit.peer.PeerProgram;
import io.sluice.transport.grpc.GrpcLayer;
import io.sluice.transport.httpupgrade.HttpUpgradeLayer;
import io.sluice.transport.tls.TlsLayer;
import io.sluice.transport.websocket.WebSocketLayer;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The proxies' conversations over what a stream can come through; the client's halves of the layers are ours. */
class LayeredConversationTest {

    private static final String CONNECT = "CONNECT far.test:80 HTTP/1.1\r\nHost: far.test\r\n\r\n";

    private enum Stack {
        HTTP_UPGRADE(null, new HttpUpgradeLayer()),
        WEBSOCKET(null, new WebSocketLayer()),
        GRPC(null, new GrpcLayer()),
        TLS(new TlsLayer(), null),
        TLS_WEBSOCKET(new TlsLayer(), new WebSocketLayer()),
        TLS_GRPC(new TlsLayer(), new GrpcLayer());

        final StreamLayer security;
        final StreamLayer transport;

        Stack(StreamLayer security, StreamLayer transport) {
            this.security = security;
            this.transport = transport;
        }

        StreamLayer[] layers() {
            return Stream.of(Optional.ofNullable(security), Optional.ofNullable(transport))
                    .flatMap(Optional::stream)
                    .toArray(StreamLayer[]::new);
        }

        /** WebSocket has one end for both directions. */
        boolean hasHalfClose() {
            return !(transport instanceof WebSocketLayer);
        }

        Map<String, Object> server() {
            return Map.of(
                    "tls.identities",
                    1,
                    "tls.identity.0.certificateFile",
                    folder.resolve("certificate").toString(),
                    "tls.identity.0.keyFile",
                    folder.resolve("key").toString(),
                    "tls.alpn",
                    applications());
        }

        Map<String, Object> client() {
            String[] trusted = {folder.resolve("certificate").toString()};
            return Map.of("tls.trustFiles", trusted, "tls.alpn", applications());
        }

        private String[] applications() {
            return new String[] {transport instanceof GrpcLayer ? "h2" : "http/1.1"};
        }
    }

    @TempDir
    static Path folder;

    private static NettyEventLoops loops;

    private final ScriptedFlows flows = new ScriptedFlows();
    private final LayerRig rig = new LayerRig();
    private Listener listener;
    private ChannelGroup guests;

    @BeforeAll
    static void open() throws Exception {
        Assumptions.assumeTrue(PeerProgram.find("openssl").isPresent(), "openssl is not installed");
        run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=p.test"
                + " -addext subjectAltName=DNS:p.test,IP:127.0.0.1 -keyout key -out certificate");
        loops = NettyEventLoops.open(2);
    }

    @AfterAll
    static void close() throws InterruptedException {
        if (loops != null) {
            assertThat(loops.close(Duration.ofSeconds(30))).isTrue();
        }
    }

    @AfterEach
    void end() {
        rig.close();
        listener.close();
    }

    private static String run(String command) throws Exception {
        Process program = new ProcessBuilder(command.split(" "))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(program.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(program.exitValue()).as(said).isZero();
        return said;
    }

    private void listen(Stack stack, FlowAcceptor room, Conversation conversation, String... accounts)
            throws IOException {
        InboundSettings settings = new InboundSettings(
                "in",
                "proxy",
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                accounts.length == 0 ? Accounts.open() : Accounts.of("", accounts),
                true,
                Optional.empty());
        Door door = new Door(settings, loops, () -> room);
        guests = door.guests();
        listener = Listener.open(
                door,
                (stream, arrival) -> conversation.begin(door, stream, arrival),
                stack.server(),
                stack.security,
                stack.transport);
    }

    private io.sluice.testkit.layer.Conversation client(Stack stack) throws Exception {
        return rig.open(rig.dialer(listener.local(), "p.test", stack.client(), stack.layers()));
    }

    /** The server's end, without waiting for the client; a connection of gRPC stays for other calls. */
    private void awaitClosed(Stack stack) throws InterruptedException {
        if (!(stack.transport instanceof GrpcLayer)) {
            Await.until(guests::size, guests::isEmpty);
        }
    }

    private static byte[] hex(String octets) {
        return ByteBufUtil.decodeHexDump(octets.replace(" ", ""));
    }

    @ParameterizedTest
    @EnumSource(Stack.class)
    void connect_carriesBothWays_andTheEnd(Stack stack) throws Exception {
        listen(stack, flows, HttpConversation::begin);
        var client = client(stack);
        String accepted = "HTTP/1.1 200 Connection established\r\n\r\n";

        client.write(CONNECT + "early");
        assertThat(client.awaitText(accepted + "early")).isEqualTo(accepted + "early");
        byte[] sent = new byte[1 << 20];
        new Random(7).nextBytes(sent);
        client.write(sent);
        byte[] all = client.await(accepted.length() + 5 + sent.length);
        assertThat(all).endsWith(sent);
        assertThat(flows.streams.getFirst().source().source().getAddress()).isEqualTo(InetAddress.getLoopbackAddress());

        if (stack.hasHalfClose()) {
            client.shutdownOutput();
            client.awaitEnd();
        }
    }

    /** Plain HTTP, which is no ClientHello and no upgrade. */
    @ParameterizedTest
    @EnumSource(names = {"HTTP_UPGRADE", "WEBSOCKET", "TLS", "TLS_WEBSOCKET", "TLS_GRPC"})
    void whoDoesNotComeThroughTheLayers_isCounted(Stack stack) throws Exception {
        listen(stack, flows, HttpConversation::begin);
        try (Socket stranger =
                new Socket(InetAddress.getLoopbackAddress(), listener.local().getPort())) {
            stranger.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: p.test\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            Await.until(listener::counters, () -> listener.counters().get("layerFailures") == 1);
        }
        assertThat(listener.counters()).containsEntry("acceptedConnections", 1L).containsEntry("malformedRequests", 0L);
    }

    @ParameterizedTest
    @EnumSource(Stack.class)
    void refusal_isReadWhole_andEndsInOrder(Stack stack) throws Exception {
        flows.refusal = CloseReason.POLICY_REJECTED;
        listen(stack, flows, HttpConversation::begin);
        var client = client(stack);

        client.write(CONNECT);
        client.awaitEnd();

        assertThat(new String(client.received(), StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 403 ");
        awaitClosed(stack);
    }

    @ParameterizedTest
    @EnumSource(Stack.class)
    void socks_connect_carriesBothWays_andTheEnd(Stack stack) throws Exception {
        listen(stack, flows, SocksConversation::begin);
        var client = client(stack);

        client.write(hex("05 01 00  05 01 00 01 C0000201 0050  6869"));
        assertThat(client.await(14)).isEqualTo(hex("05 00  05 00 00 01 00000000 0000  6869"));
        if (stack.hasHalfClose()) {
            client.shutdownOutput();
            client.awaitEnd();
        }
    }

    @ParameterizedTest
    @EnumSource(Stack.class)
    void socks_withoutAnAcceptableMethod_isToldSo_andEndsInOrder(Stack stack) throws Exception {
        listen(stack, flows, SocksConversation::begin, "u:p");
        var client = client(stack);

        client.write(hex("05 01 00"));
        client.awaitEnd();

        assertThat(client.received()).isEqualTo(hex("05 FF"));
        awaitClosed(stack);
    }

    /** As in Xray: the control stream has the layers, the datagrams have none. */
    @ParameterizedTest
    @EnumSource(Stack.class)
    void socks_association_isPlainUdp_andEndsWithItsStream(Stack stack) throws Exception {
        listen(stack, flows, SocksConversation::begin);
        var client = client(stack);
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            socket.setSoTimeout(30_000);
            client.write(hex("05 01 00  05 03 00 01 00000000 0000"));
            byte[] reply = client.await(12);
            assertThat(ByteBufUtil.hexDump(reply, 0, 10)).isEqualTo("0500" + "05000001" + "7f000001");
            int port = (reply[10] & 0xff) << 8 | reply[11] & 0xff;
            byte[] datagram = hex("0000 00 01 C0000201 0035 6869");

            socket.send(new DatagramPacket(datagram, datagram.length, InetAddress.getLoopbackAddress(), port));
            DatagramPacket answer = new DatagramPacket(new byte[100], 100);
            socket.receive(answer);

            assertThat(answer.getLength()).isEqualTo(datagram.length);
            client.stream().channel().close();
            Await.until(() -> flows.ends, () -> flows.ends.contains("FINISHED"));
        }
    }

    @Test
    void curl_toAnHttpsProxy_getsPlainAndTunnelled() throws Exception {
        Assumptions.assumeTrue(PeerProgram.find("curl").isPresent(), "curl is not installed");
        HttpServer origin = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        origin.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 5);
            exchange.getResponseBody().write("hello".getBytes(StandardCharsets.US_ASCII));
            exchange.close();
        });
        origin.start();
        try {
            listen(Stack.TLS, new DirectFlows(loops), HttpConversation::begin, "u:p");
            String curl = "curl -sS --max-time 30 --proxy-cacert certificate --proxy https://u:p@127.0.0.1:"
                    + listener.local().getPort() + " http://127.0.0.1:"
                    + origin.getAddress().getPort() + "/";

            assertThat(run(curl)).isEqualTo("hello");
            assertThat(run(curl.replace("-sS", "-sS --proxytunnel"))).isEqualTo("hello");
        } finally {
            origin.stop(0);
        }
    }
}
