package io.sluice.proxyserver.vmess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.sluice.api.flow.CloseReason;
import io.sluice.proxycodec.mux.XudpFraming;
import io.sluice.proxycodec.vmess.Command;
import io.sluice.proxycodec.vmess.Security;
import io.sluice.proxycodec.vmess.VmessClient;
import io.sluice.proxycodec.vmess.VmessId;
import io.sluice.proxycodec.vmess.VmessServer;
import io.sluice.proxyserver.Await;
import io.sluice.proxyserver.keyed.KeyedDoor;
import io.sluice.proxyserver.keyed.KeyedFixture;
import io.sluice.proxyserver.keyed.Strangers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VmessConversationTest {

    private static final RandomGenerator RANDOM = new SecureRandom();
    private static final Instant NOON = Instant.ofEpochSecond(1_700_000_000L);
    private static final VmessId ID = VmessId.of("b831381d-6324-4d53-ad4f-8cda48b30811");
    private static final InetSocketAddress DESTINATION = new InetSocketAddress("192.0.2.7", 443);
    private static final InetSocketAddress OTHER = new InetSocketAddress("192.0.2.8", 53);
    private static final byte[] PAYLOAD = "payload".getBytes(StandardCharsets.US_ASCII);

    private KeyedFixture inbound;

    private static KeyedFixture open(Duration limit) throws IOException {
        List<VmessId> ids =
                VmessConversation.ids("in: ", new String[] {"somebody else", "b831381d-6324-4d53-ad4f-8cda48b30811"});
        VmessServer server = new VmessServer(ids, () -> NOON, RANDOM);
        return new KeyedFixture(
                VmessConversation.users("in: ", ids, new String[] {"", "bob"}),
                limit,
                new String[0],
                door -> VmessConversation.acceptor(door, server));
    }

    private static VmessClient client(VmessId id, long secondsAhead) {
        return new VmessClient(id, Security.CHACHA20_POLY1305, true, () -> NOON.plusSeconds(secondsAhead), RANDOM);
    }

    private ClientSocket connect(Command command, InetSocketAddress destination) throws IOException {
        return new ClientSocket(inbound.connect(), client(ID, 0), command, destination);
    }

    private static byte[] request() throws IOException {
        return ClientSocket.octets(client(ID, 0), DESTINATION, PAYLOAD);
    }

    @BeforeEach
    void open() throws IOException {
        inbound = open(KeyedDoor.HANDSHAKE_LIMIT);
    }

    @AfterEach
    void close() throws InterruptedException {
        inbound.close();
    }

    @Test
    void knownId_getsAStreamWithTwoEnds() throws Exception {
        try (ClientSocket client = connect(Command.TCP, DESTINATION)) {
            client.send(PAYLOAD);
            assertThat(client.read(PAYLOAD.length)).isEqualTo(PAYLOAD);
            byte[] more = new byte[1 << 20];
            RANDOM.nextBytes(more);
            Thread sender = Thread.ofVirtual().start(() -> send(client, more));
            assertThat(client.read(more.length)).isEqualTo(more);
            sender.join();
            client.end();
            assertThat(client.readsEnd()).isTrue();
        }
        assertThat(inbound.flows.streams.getFirst().source().user()).isEqualTo(Optional.of("bob"));
        assertThat(inbound.flows.streams.getFirst().source().destination()).isEqualTo(DESTINATION);
    }

    private static void send(ClientSocket client, byte[] octets) {
        try {
            client.send(octets);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void finWithoutALastChunk_isNoEnd() throws Exception {
        try (ClientSocket client = connect(Command.TCP, DESTINATION)) {
            client.send(PAYLOAD);
            assertThat(client.read(PAYLOAD.length)).isEqualTo(PAYLOAD);
            client.socket().shutdownOutput();
            assertThat(client.readsEnd()).isFalse();
        }
    }

    @Test
    void refusedStream_isReset() throws Exception {
        inbound.flows.refusal = CloseReason.CONNECT_REFUSED;
        try (ClientSocket client = connect(Command.TCP, DESTINATION)) {
            client.send(PAYLOAD);
            assertThatThrownBy(() -> client.read(1)).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void requestInSingleOctets_getsAStream() throws Exception {
        try (var slow = inbound.connect()) {
            slow.setTcpNoDelay(true);
            for (byte octet : request()) {
                slow.getOutputStream().write(octet);
            }
            Await.until(() -> inbound.flows.streams, () -> inbound.flows.streams.size() == 1);
        }
        assertThat(inbound.door.counters().authFailures.sum()).isZero();
    }

    @Test
    void requestCutOffAnywhere_isMetWithSilence() throws Exception {
        byte[] request = request();
        int header = request.length - PAYLOAD.length - 2 * (16 + 1) - 63;
        for (int length = 0; length < header; length++) {
            assertThat(inbound.exchange(Arrays.copyOf(request, length))).isEmpty();
        }
        assertThat(inbound.flows.streams).isEmpty();
        assertThat(inbound.door.counters().internalErrors.sum()).isZero();
    }

    @Test
    void replay_isMetWithSilence() throws Exception {
        byte[] request = request();
        try (var first = inbound.connect()) {
            first.getOutputStream().write(request);
            Await.until(() -> inbound.flows.streams, () -> inbound.flows.streams.size() == 1);
        }
        assertThat(inbound.exchange(request)).isEmpty();
        assertThat(inbound.flows.streams).hasSize(1);
        assertThat(inbound.door.counters().authFailures.sum()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {-121, 121})
    void clockTooFarApart_isMetWithSilence(long seconds) throws Exception {
        assertThat(inbound.exchange(ClientSocket.octets(client(ID, seconds), DESTINATION, PAYLOAD)))
                .isEmpty();
        assertThat(inbound.flows.streams).isEmpty();
    }

    @Test
    void wrongIdAndEveryFlippedOctet_areMetWithSilence() throws Exception {
        VmessId stranger = VmessId.of("b831381d-6324-4d53-ad4f-8cda48b30812");
        assertThat(inbound.exchange(ClientSocket.octets(client(stranger, 0), DESTINATION, PAYLOAD)))
                .isEmpty();
        for (int at = 0; at < 42; at++) {
            byte[] request = request();
            request[at] ^= 1;
            assertThat(inbound.exchange(request)).as("octet %d", at).isEmpty();
        }
        assertThat(inbound.flows.streams).isEmpty();
    }

    @Test
    void probesOfEveryLength_areMetWithSilence() throws Exception {
        Strangers.areMetWithSilenceUntilTheirFin(inbound, 5);
    }

    @Test
    void probesWithoutFin_areClosedAtTheLimit() throws Exception {
        try (KeyedFixture hasty = open(Duration.ofSeconds(2))) {
            Strangers.areMetWithSilenceUntilTheLimit(hasty, 1_900, 6);
        }
    }

    @Test
    void datagramsForOnePeer_comeBack() throws Exception {
        byte[] datagram = {0, 3, 1, 2, 3};
        try (ClientSocket client = connect(Command.UDP, DESTINATION)) {
            client.send(datagram);
            assertThat(client.read(5)).isEqualTo(datagram);
        }
        assertThat(inbound.flows.datagrams.getFirst().source().destination()).isEqualTo(DESTINATION);
        Await.until(() -> inbound.flows.ends, () -> inbound.flows.ends.size() == 1);
    }

    @Test
    void xudp_reachesManyPeersByOneAssociation() throws Exception {
        XudpFraming framing = XudpFraming.opening();
        ByteBuf frames = Unpooled.buffer();
        for (InetSocketAddress peer : List.of(DESTINATION, OTHER, DESTINATION)) {
            framing.writeHeader(1, peer, frames);
            frames.writeByte(peer.getPort() & 0x7f);
        }
        try (ClientSocket client = connect(Command.MUX, null)) {
            client.send(ByteBufUtil.getBytes(frames));
            ByteBuf back = Unpooled.buffer();
            for (InetSocketAddress peer : List.of(DESTINATION, OTHER, DESTINATION)) {
                var datagram = framing.read(back);
                while (datagram == null) {
                    back.writeBytes(client.read(1));
                    datagram = framing.read(back);
                }
                assertThat(datagram.peer()).isEqualTo(peer);
                assertThat(datagram.payload().readByte()).isEqualTo((byte) (peer.getPort() & 0x7f));
            }
        }
        assertThat(inbound.flows.datagrams).hasSize(1);
    }

    @Test
    void badIds_areRefusedWithoutBeingShown() {
        String bad = "b831381d-6324-4d53-ad4f-8cda48b3081g";
        assertThatThrownBy(() -> VmessConversation.ids("inbound \"in\": ", new String[] {bad}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("inbound \"in\": ")
                .hasMessageNotContaining(bad);
    }
}
