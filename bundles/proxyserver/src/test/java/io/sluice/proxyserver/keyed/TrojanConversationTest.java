package io.sluice.proxyserver.keyed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.StreamRequest;
import io.sluice.proxycodec.trojan.TrojanDatagrams;
import io.sluice.proxycodec.trojan.TrojanKey;
import io.sluice.proxycodec.trojan.TrojanRequest;
import io.sluice.proxyserver.Await;
import io.sluice.proxyserver.trojan.TrojanConversation;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TrojanConversationTest {

    private static final InetSocketAddress DESTINATION = InetSocketAddress.createUnresolved("example.org", 443);
    private static final byte[] PAYLOAD = "payload".getBytes(StandardCharsets.US_ASCII);

    private KeyedFixture inbound;

    private static KeyedFixture open(Duration limit, String... fallbacks) throws IOException {
        return new KeyedFixture(
                TrojanConversation.users("", new String[] {"first", "secret"}, new String[] {"alice@example.org", ""}),
                limit,
                fallbacks,
                TrojanConversation::acceptor);
    }

    private static byte[] request(String password, boolean datagrams) {
        ByteBuf out = Unpooled.buffer();
        new TrojanRequest(datagrams, DESTINATION).write(TrojanKey.of(password), out);
        return ByteBufUtil.getBytes(out);
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
    void knownKey_getsAStream() throws Exception {
        assertThat(inbound.exchange(request("first", false), PAYLOAD)).isEqualTo(PAYLOAD);

        StreamRequest asked = inbound.flows.streams.getFirst();
        assertThat(asked.source().destination()).isEqualTo(DESTINATION);
        assertThat(asked.source().user()).isEqualTo(Optional.of("alice@example.org"));
        assertThat(asked.source().inboundTag()).isEqualTo("in");
    }

    @Test
    void userWithoutAName_hasNone() throws Exception {
        inbound.exchange(request("secret", false));

        assertThat(inbound.flows.streams.getFirst().source().user()).isEmpty();
    }

    @Test
    void requestInSingleOctets_getsAStream() throws Exception {
        byte[] request = request("secret", false);
        byte[][] pieces = new byte[request.length + 1][];
        for (int i = 0; i < request.length; i++) {
            pieces[i] = new byte[] {request[i]};
        }
        pieces[request.length] = PAYLOAD;

        assertThat(inbound.exchange(pieces)).isEqualTo(PAYLOAD);
    }

    @Test
    void requestCutOffAnywhere_isMetWithSilence() throws Exception {
        byte[] request = request("secret", false);
        for (int length = 0; length < request.length; length++) {
            assertThat(inbound.exchange(Arrays.copyOf(request, length)))
                    .as("of the first %d octets", length)
                    .isEmpty();
        }
        assertThat(inbound.flows.streams).isEmpty();
        assertThat(inbound.door.counters().internalErrors.sum()).isZero();
    }

    @Test
    void wrongKey_isMetWithSilence() throws Exception {
        assertThat(inbound.exchange(request("wrong", false), PAYLOAD)).isEmpty();

        assertThat(inbound.flows.streams).isEmpty();
        assertThat(inbound.door.counters().authFailures.sum()).isEqualTo(1);
    }

    @Test
    void probesOfEveryLength_areMetWithSilence() throws Exception {
        Strangers.areMetWithSilenceUntilTheirFin(inbound, 1);
    }

    @Test
    void probesWithoutFin_areClosedAtTheLimit() throws Exception {
        try (KeyedFixture hasty = open(Duration.ofSeconds(2))) {
            Strangers.areMetWithSilenceUntilTheLimit(hasty, 1_900, 2);
        }
    }

    @Test
    void refusedStream_isReset() throws Exception {
        inbound.flows.refusal = CloseReason.CONNECT_REFUSED;
        try (Socket socket = inbound.connect()) {
            socket.getOutputStream().write(request("secret", false));
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void clientThatGoesWhileTheFlowRoomDecides_cancels() throws Exception {
        inbound.flows.hesitates = true;
        try (Socket socket = inbound.connect()) {
            socket.getOutputStream().write(request("secret", false));
            Await.until(() -> inbound.flows.streams, () -> inbound.flows.streams.size() == 1);
            socket.setSoLinger(true, 0);
        }
        Await.until(() -> inbound.flows.ends, () -> inbound.flows.ends.contains("cancelled"));
    }

    @Test
    void datagrams_goToManyPeers() throws Exception {
        ByteBuf out = Unpooled.buffer().writeBytes(request("first", true));
        TrojanDatagrams framing = new TrojanDatagrams();
        for (int i = 0; i < 3; i++) {
            framing.writeHeader(2 * i, new InetSocketAddress("192.0.2." + i, 53), out);
            out.writeZero(2 * i);
        }
        byte[] sent = ByteBufUtil.getBytes(out);
        byte[] answers = Arrays.copyOfRange(sent, request("first", true).length, sent.length);
        try (Socket socket = inbound.connect()) {
            socket.getOutputStream().write(sent);
            assertThat(KeyedFixture.read(socket, answers.length)).isEqualTo(answers);
            assertThat(inbound.flows.datagrams).hasSize(1);
            assertThat(inbound.flows.datagrams.getFirst().source().user()).contains("alice@example.org");
        }
        Await.until(() -> inbound.flows.ends, () -> inbound.flows.ends.equals(java.util.List.of("FINISHED")));
    }

    @Test
    void malformedDatagram_endsTheAssociation() throws Exception {
        byte[] broken = {1, 1, 2, 3, 4, 0, 53, 0, 0, 9, 9};

        assertThat(inbound.exchange(request("first", true), broken)).isEmpty();
        assertThat(inbound.door.counters().malformedDatagrams.sum()).isEqualTo(1);
    }

    @Test
    void flowThatEnds_endsTheAssociation() throws Exception {
        ByteBuf out = Unpooled.buffer().writeBytes(request("first", true));
        new TrojanDatagrams().writeHeader(0, new InetSocketAddress("192.0.2.1", 53), out);
        try (Socket socket = inbound.connect()) {
            socket.getOutputStream().write(ByteBufUtil.getBytes(out));
            Await.until(() -> inbound.flows.ports, () -> inbound.flows.ports.size() == 1);
            var port = inbound.flows.ports.getFirst();
            port.eventLoop().execute(() -> port.close(CloseReason.IDLE));
            assertThat(KeyedFixture.read(socket, 1_000)).hasSize(11);
        }
    }
}
