package io.sluice.proxyserver.keyed;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.sluice.proxycodec.trojan.TrojanKey;
import io.sluice.proxycodec.trojan.TrojanRequest;
import io.sluice.proxyserver.trojan.TrojanConversation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What strangers send reaches the fallback as it was sent, and comes back as it was answered. */
class FallbackTest {

    static final byte[] ANSWER = "HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /** A server that takes one connection to its FIN, answers, and says what came. */
    static CompletableFuture<byte[]> serveOne(ServerSocket server) {
        return CompletableFuture.supplyAsync(() -> {
            try (Socket socket = server.accept()) {
                byte[] came = socket.getInputStream().readAllBytes();
                socket.getOutputStream().write(ANSWER);
                return came;
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    private static KeyedFixture open(String fallback) throws IOException {
        return new KeyedFixture(
                TrojanConversation.users("", new String[] {"secret"}, new String[0]),
                KeyedDoor.HANDSHAKE_LIMIT,
                new String[] {fallback},
                TrojanConversation::acceptor);
    }

    private static byte[] request(String password) {
        ByteBuf out = Unpooled.buffer();
        new TrojanRequest(false, new InetSocketAddress("192.0.2.1", 80)).write(TrojanKey.of(password), out);
        return ByteBufUtil.getBytes(out);
    }

    private static void meetsTheFallback(int xver, String header, byte[] sent) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                KeyedFixture inbound =
                        open("xver=" + xver + " name= alpn= path= dest=127.0.0.1:" + server.getLocalPort())) {
            CompletableFuture<byte[]> came = serveOne(server);

            assertThat(inbound.exchange(sent)).isEqualTo(ANSWER);

            byte[] whole = came.get(30, TimeUnit.SECONDS);
            String text = new String(whole, StandardCharsets.ISO_8859_1);
            assertThat(text).startsWith(header);
            int behind = header.isEmpty() ? 0 : text.indexOf("\r\n") + 2;
            assertThat(java.util.Arrays.copyOfRange(whole, behind, whole.length))
                    .isEqualTo(sent);
            assertThat(inbound.door.counters().fallbacks.sum()).isEqualTo(1);
            assertThat(inbound.flows.streams).isEmpty();
        }
    }

    @Test
    void httpRequest_reachesIt() throws Exception {
        meetsTheFallback(0, "", "GET / HTTP/1.1\r\nHost: example.org\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void wrongKey_reachesIt() throws Exception {
        meetsTheFallback(0, "", request("wrong"));
    }

    @Test
    void oneOctetThatCouldBeginAKey_reachesIt() throws Exception {
        meetsTheFallback(0, "", new byte[] {'a'});
    }

    @Test
    void aKeyThatIsCutOff_reachesIt() throws Exception {
        meetsTheFallback(0, "", java.util.Arrays.copyOf(request("secret"), 57));
    }

    @Test
    void fiveMegabytes_reachIt() throws Exception {
        byte[] much = new byte[5 << 20];
        new Random(5).nextBytes(much);
        much[0] = 'G';
        meetsTheFallback(0, "", much);
    }

    @Test
    void proxyProtocol_goesAheadOfIt() throws Exception {
        meetsTheFallback(
                1, "PROXY TCP4 127.0.0.1 127.0.0.1 ", "GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void knownKey_doesNotReachIt() throws Exception {
        try (KeyedFixture inbound = open("xver=0 name= alpn= path= dest=127.0.0.1:1")) {
            assertThat(inbound.exchange(request("secret"), new byte[] {1})).containsExactly(1);
            assertThat(inbound.door.counters().fallbacks.sum()).isZero();
        }
    }

    /** Without FIN: after a short while what came goes to the fallback, so that its own time-out begins. */
    @Test
    void partOfAKey_isNotWaitedForLong() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                KeyedFixture inbound = open("xver=0 name= alpn= path= dest=127.0.0.1:" + server.getLocalPort());
                Socket client = inbound.connect()) {
            client.getOutputStream().write("abc".getBytes(StandardCharsets.US_ASCII));
            server.setSoTimeout(30_000);
            try (Socket accepted = server.accept()) {
                assertThat(accepted.getInputStream().readNBytes(3)).containsExactly('a', 'b', 'c');
            }
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void fallbackThatIsNotThere_closesTheConnection() throws Exception {
        int closed;
        try (ServerSocket server = new ServerSocket(0)) {
            closed = server.getLocalPort();
        }
        try (KeyedFixture inbound = open("xver=0 name= alpn= path= dest=127.0.0.1:" + closed);
                Socket client = inbound.connect()) {
            client.getOutputStream().write('G');
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> {
                        if (client.getInputStream().read() < 0) {
                            throw new IOException("closed");
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void unixSocket_isReached(@TempDir Path folder) throws Exception {
        Path path = folder.resolve("fallback");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
                KeyedFixture inbound = open("xver=0 name= alpn= path= dest=" + path)) {
            server.bind(UnixDomainSocketAddress.of(path));
            CompletableFuture<String> came = CompletableFuture.supplyAsync(() -> {
                try (SocketChannel socket = server.accept()) {
                    ByteBuffer in = ByteBuffer.allocate(100);
                    while (socket.read(in) >= 0) {
                        // To its end.
                    }
                    socket.write(ByteBuffer.wrap(ANSWER));
                    return new String(in.array(), 0, in.position(), StandardCharsets.US_ASCII);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });

            assertThat(inbound.exchange("Hello".getBytes(StandardCharsets.US_ASCII)))
                    .isEqualTo(ANSWER);
            assertThat(came.get(30, TimeUnit.SECONDS)).isEqualTo("Hello");
        }
    }
}
