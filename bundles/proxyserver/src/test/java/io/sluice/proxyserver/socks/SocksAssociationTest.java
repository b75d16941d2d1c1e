package io.sluice.proxyserver.socks;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufUtil;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.net.Network;
import io.sluice.loop.NettyEventLoops;
import io.sluice.proxyserver.Await;
import io.sluice.proxyserver.socks.SocksServerFixture.Client;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SocksAssociationTest {

    private static final String TO_DNS = "0000 00 01 C0000201 0035";
    private static NettyEventLoops loops;

    @BeforeAll
    static void open() {
        loops = NettyEventLoops.open(2);
    }

    @AfterAll
    static void close() throws InterruptedException {
        assertThat(loops.close(Duration.ofSeconds(30))).isTrue();
    }

    private static InetSocketAddress associate(Client client, String port) throws IOException {
        client.send("05 01 00 05 03 00 01 00000000" + port);
        assertThat(client.read(6)).isEqualTo("0500" + "05000001");
        InetAddress address = InetAddress.getByAddress(ByteBufUtil.decodeHexDump(client.read(4)));
        return new InetSocketAddress(address, Integer.parseInt(client.read(2), 16));
    }

    private static void send(DatagramSocket socket, InetSocketAddress relay, String hex) throws IOException {
        byte[] octets = ByteBufUtil.decodeHexDump(hex.replace(" ", ""));
        socket.send(new DatagramPacket(octets, octets.length, relay));
    }

    private static String receive(DatagramSocket socket) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[70_000], 70_000);
        socket.setSoTimeout(30_000);
        socket.receive(packet);
        return ByteBufUtil.hexDump(Arrays.copyOf(packet.getData(), packet.getLength()))
                .toUpperCase(Locale.ROOT);
    }

    private static DatagramSocket socket(String address) throws IOException {
        return new DatagramSocket(new InetSocketAddress(address, 0));
    }

    @Test
    void datagrams_goThereAndBack_withTheirPeer() throws Exception {
        try (var server = new SocksServerFixture(loops);
                Client client = server.connect();
                DatagramSocket socket = socket("127.0.0.1")) {
            InetSocketAddress relay = associate(client, "0000");
            assertThat(relay.getAddress().isLoopbackAddress()).isTrue();

            send(socket, relay, TO_DNS + "CAFE");
            assertThat(receive(socket)).isEqualTo("00000001C00002010035CAFE");
            send(socket, relay, "0000 00 03 0B 646E732E6578616D706C65 0035 BEEF");
            assertThat(receive(socket)).isEqualTo("000000030B646E732E6578616D706C650035BEEF");
            send(socket, relay, TO_DNS);
            assertThat(receive(socket)).as("an empty datagram").isEqualTo("00000001C00002010035");
            String large = "AB".repeat(65_000);
            send(socket, relay, TO_DNS + large);
            assertThat(receive(socket)).isEqualTo("00000001C00002010035" + large);

            assertThat(server.flows.datagrams).hasSize(1);
            var source = server.flows.datagrams.getFirst().source();
            assertThat(source.network()).isEqualTo(Network.UDP);
            assertThat(source.source()).isEqualTo(socket.getLocalSocketAddress());
            assertThat(source.destination()).isEqualTo(new InetSocketAddress("192.0.2.1", 53));
        }
    }

    /** P04 of the security cases. */
    @Test
    void p04_othersDatagrams_areDroppedAndCounted() throws Exception {
        try (var server = new SocksServerFixture(loops);
                Client client = server.connect();
                DatagramSocket socket = socket("127.0.0.1");
                DatagramSocket otherPort = socket("127.0.0.1");
                DatagramSocket otherAddress = socket("127.0.0.9")) {
            InetSocketAddress relay = associate(client, "0000");
            send(otherAddress, relay, TO_DNS + "01");
            server.awaitCount("foreignDatagrams", 1);
            send(socket, relay, TO_DNS + "02");
            assertThat(receive(socket)).endsWith("02");
            for (int i = 0; i < 10_000; i++) {
                send(i % 2 == 0 ? otherPort : otherAddress, relay, TO_DNS + "03");
                if (i % 50 == 49) {
                    server.awaitCount("foreignDatagrams", i + 2L);
                }
            }
            assertThat(server.flows.datagrams).hasSize(1);
        }
    }

    @Test
    void portNamedInTheRequest_isTheOnlyOneServed() throws Exception {
        try (var server = new SocksServerFixture(loops);
                Client client = server.connect();
                DatagramSocket socket = socket("127.0.0.1");
                DatagramSocket otherPort = socket("127.0.0.1")) {
            InetSocketAddress relay = associate(client, "%04X".formatted(socket.getLocalPort()));
            send(otherPort, relay, TO_DNS + "01");
            server.awaitCount("foreignDatagrams", 1);
            send(socket, relay, TO_DNS + "02");
            assertThat(receive(socket)).endsWith("02");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0000 01 01 C0000201 0035 01",
                "0000 80 01 C0000201 0035 01",
                "0001 00 01 C0000201 0035 01",
                "0000 00 02 C0000201 0035 01",
                "0000 00 01 C0000201 0000 01",
                "0000"
            })
    void fragmentOrMalformed_isDroppedAndCounted(String octets) throws Exception {
        try (var server = new SocksServerFixture(loops);
                Client client = server.connect();
                DatagramSocket socket = socket("127.0.0.1")) {
            InetSocketAddress relay = associate(client, "0000");
            send(socket, relay, octets);
            server.awaitCount("malformedDatagrams", 1);
            assertThat(server.flows.datagrams).isEmpty();
        }
    }

    @Test
    void controlConnectionCloses_relayIsGone() throws Exception {
        try (var server = new SocksServerFixture(loops);
                DatagramSocket socket = socket("127.0.0.1")) {
            Client client = server.connect();
            InetSocketAddress relay = associate(client, "0000");
            send(socket, relay, TO_DNS + "01");
            receive(socket);
            long start = System.nanoTime();
            client.close();
            Await.until(() -> server.flows.ends, () -> server.flows.ends.contains("FINISHED"));
            // The port can be bound again as soon as the relay socket has closed.
            Await.until(() -> relay, () -> isFree(relay));
            System.out.printf("P05: the relay was gone after %d ms%n", (System.nanoTime() - start) / 1_000_000);
        }
    }

    private static boolean isFree(InetSocketAddress address) {
        try (DatagramSocket probe = new DatagramSocket(address)) {
            return probe.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void flowEndedOrRefused_nextDatagramMakesAnother() throws Exception {
        try (var server = new SocksServerFixture(loops);
                Client client = server.connect();
                DatagramSocket socket = socket("127.0.0.1")) {
            InetSocketAddress relay = associate(client, "0000");
            server.flows.refusal = CloseReason.POLICY_REJECTED;
            send(socket, relay, TO_DNS + "01");
            server.awaitCount("refusedRequests", 1);
            server.flows.refusal = null;
            send(socket, relay, TO_DNS + "02");
            assertThat(receive(socket)).endsWith("02");
            var port = server.flows.ports.getFirst();
            port.eventLoop().submit(() -> port.close(CloseReason.IDLE)).sync();
            send(socket, relay, TO_DNS + "03");
            assertThat(receive(socket)).endsWith("03");
            assertThat(server.flows.datagrams).hasSize(3);
        }
    }
}
