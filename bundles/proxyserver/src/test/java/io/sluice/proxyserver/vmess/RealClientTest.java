package io.sluice.proxyserver.vmess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.api.flow.FlowAcceptor;
import io.sluice.loop.NettyEventLoops;
import io.sluice.proxycodec.vmess.VmessId;
import io.sluice.proxycodec.vmess.VmessServer;
import io.sluice.proxyserver.DirectFlows;
import io.sluice.proxyserver.Door;
import io.sluice.proxyserver.InboundSettings;
import io.sluice.proxyserver.Listener;
import io.sluice.proxyserver.fallback.Fallbacks;
import io.sluice.proxyserver.keyed.KeyedDoor;
import io.sluice.testkit.peer.EchoHost;
import io.sluice.testkit.peer.PeerProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients that others wrote against our server: a SOCKS inbound of theirs, VMess to us. */
class RealClientTest {

    private static final String ID = "b831381d-6324-4d53-ad4f-8cda48b30811";
    private static final String WHERE = "inbound: ";
    private static final RandomGenerator RANDOM = new SecureRandom();
    private static final int PATIENCE_MILLIS = 60_000;
    private static final int OCTETS = 4 << 20;

    @TempDir
    private Path folder;

    private final NettyEventLoops loops = NettyEventLoops.open(2);
    private Listener inbound;

    @BeforeEach
    void open() throws IOException {
        FlowAcceptor flows = new DirectFlows(loops);
        Door door = new Door(
                InboundSettings.keyed("vmess", "in", "127.0.0.1", 0), loops, () -> flows, KeyedDoor.HANDSHAKE_LIMIT);
        List<VmessId> ids = VmessConversation.ids(WHERE, new String[] {ID});
        KeyedDoor keyed = new KeyedDoor(
                door,
                VmessConversation.users(WHERE, ids, new String[0]),
                Fallbacks.parse(WHERE, new String[0]),
                () -> null);
        VmessServer server = new VmessServer(ids, InstantSource.system(), RANDOM);
        inbound = Listener.open(door, VmessConversation.acceptor(keyed, server));
    }

    @AfterEach
    void close() throws InterruptedException {
        inbound.close();
        loops.close(Duration.ofSeconds(10));
    }

    private PeerProgram start(String program, int port, String security, String experiments) throws Exception {
        assumeTrue(PeerProgram.find(program).isPresent(), PeerProgram.absence(program));
        int to = inbound.local().getPort();
        if (program.equals("sing-box")) {
            return PeerProgram.start(
                    program, folder, """
                    { "inbounds": [ { "type": "socks", "listen": "127.0.0.1", "listen_port": %d } ],
                      "outbounds": [ { "type": "vmess", "server": "127.0.0.1", "server_port": %d, "uuid": "%s",
                        "security": "%s", "authenticated_length": %s, "packet_encoding": "xudp" } ] }
                    """.formatted(port, to, ID, security, !experiments.isEmpty()), port, "run", "-c");
        }
        return PeerProgram.start(program, folder, """
                { "log": { "loglevel": "info" },
                  "inbounds": [ { "protocol": "socks", "listen": "127.0.0.1", "port": %d, "settings": { "udp": true, "ip": "127.0.0.1" } } ],
                  "outbounds": [ { "protocol": "vmess", "settings": { "vnext": [ { "address": "127.0.0.1", "port": %d,
                    "users": [ { "id": "%s", "alterId": 0, "security": "%s", "experiments": "%s" } ] } ] } } ] }
                """.formatted(port, to, ID, security, experiments), port, "-c");
    }

    @ParameterizedTest
    @CsvSource({
        "v2ray,aes-128-gcm,''",
        "v2ray,chacha20-poly1305,''",
        "xray,auto,''",
        "xray,chacha20-poly1305,AuthenticatedLength",
        "sing-box,aes-128-gcm,''",
        "sing-box,chacha20-poly1305,AuthenticatedLength",
    })
    void streams_comeBackWhole(String program, String security, String experiments) throws Exception {
        int port = PeerProgram.freePort();
        try (EchoHost host = new EchoHost();
                PeerProgram client = start(program, port, security, experiments)) {
            Proxy proxy = new Proxy(Proxy.Type.SOCKS, new InetSocketAddress("127.0.0.1", port));
            try (Socket socket = new Socket(proxy)) {
                socket.setSoTimeout(PATIENCE_MILLIS);
                socket.connect(host.stream());
                byte[] octets = new byte[OCTETS];
                RANDOM.nextBytes(octets);
                Thread sender = Thread.ofVirtual().start(() -> write(socket, octets));
                assertThat(Arrays.mismatch(socket.getInputStream().readNBytes(OCTETS), octets))
                        .as(client.said())
                        .isEqualTo(-1);
                sender.join();
                socket.shutdownOutput();
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            }
            for (int i = 0; i < 50; i++) {
                try (Socket socket = new Socket(proxy)) {
                    socket.setSoTimeout(PATIENCE_MILLIS);
                    socket.connect(host.stream());
                    socket.getOutputStream().write(i);
                    assertThat(socket.getInputStream().read()).isEqualTo(i);
                }
            }
        }
        assertThat(inbound.counters()).containsEntry("authFailures", 0L).containsEntry("internalErrors", 0L);
    }

    private static void write(Socket socket, byte[] octets) {
        try {
            socket.getOutputStream().write(octets, 0, 1);
            socket.getOutputStream().write(octets, 1, octets.length - 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @CsvSource({"v2ray", "xray", "sing-box"})
    void datagrams_comeBackFromWhereTheyWereSent(String program) throws Exception {
        int port = PeerProgram.freePort();
        try (EchoHost one = new EchoHost();
                EchoHost other = new EchoHost();
                PeerProgram client = start(program, port, "aes-128-gcm", "");
                Socket control = new Socket("127.0.0.1", port);
                DatagramSocket socket =
                        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            control.setSoTimeout(PATIENCE_MILLIS);
            InetSocketAddress relay = associate(control);
            socket.setSoTimeout(PATIENCE_MILLIS);
            for (EchoHost host : new EchoHost[] {one, other}) {
                // Not above v2ray's buffers of 2,048 octets.
                for (int size : new int[] {1, 1_200, 1_472}) {
                    byte[] datagram = datagram(host.datagram(), size);
                    socket.send(new DatagramPacket(datagram, datagram.length, relay));
                    DatagramPacket back = new DatagramPacket(new byte[65_535], 65_535);
                    socket.receive(back);
                    assertThat(Arrays.copyOf(back.getData(), back.getLength()))
                            .as(client.said())
                            .isEqualTo(datagram);
                }
            }
        }
    }

    /** RFC 1928 §7. */
    private static InetSocketAddress associate(Socket control) throws IOException {
        control.getOutputStream().write(new byte[] {5, 1, 0});
        assertThat(control.getInputStream().readNBytes(2)).containsExactly(5, 0);
        control.getOutputStream().write(new byte[] {5, 3, 0, 1, 0, 0, 0, 0, 0, 0});
        byte[] reply = control.getInputStream().readNBytes(10);
        assertThat(reply).startsWith(5, 0, 0, 1);
        return new InetSocketAddress("127.0.0.1", ByteBuffer.wrap(reply).getShort(8) & 0xffff);
    }

    private static byte[] datagram(InetSocketAddress to, int size) {
        byte[] payload = new byte[size];
        RANDOM.nextBytes(payload);
        return ByteBuffer.allocate(10 + size)
                .put(new byte[] {0, 0, 0, 1})
                .put(to.getAddress().getAddress())
                .putShort((short) to.getPort())
                .put(payload)
                .array();
    }
}
