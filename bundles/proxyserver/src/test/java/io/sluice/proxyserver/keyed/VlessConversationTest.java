package io.sluice.proxyserver.keyed;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.sluice.proxycodec.mux.MuxFrame;
import io.sluice.proxycodec.mux.MuxStatus;
import io.sluice.proxycodec.mux.XudpFraming;
import io.sluice.proxycodec.v2ray.UserId;
import io.sluice.proxycodec.vless.Addons;
import io.sluice.proxycodec.vless.VlessCommand;
import io.sluice.proxycodec.vless.VlessRequest;
import io.sluice.proxyserver.Await;
import io.sluice.proxyserver.vless.VlessConversation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VlessConversationTest {

    private static final String ID = "2418d087-648d-4990-86e8-19dca1d006d3";
    private static final InetSocketAddress DESTINATION = new InetSocketAddress("192.0.2.7", 443);
    private static final InetSocketAddress OTHER = new InetSocketAddress("192.0.2.8", 53);
    private static final byte[] PAYLOAD = "payload".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] RESPONSE = {0, 0};

    private KeyedFixture inbound;

    private static KeyedFixture open(Duration limit) throws IOException {
        return new KeyedFixture(
                VlessConversation.users("", new String[] {"example", ID}, new String[] {"", "bob"}),
                limit,
                new String[0],
                VlessConversation::acceptor);
    }

    private static byte[] octets(VlessRequest request, String id) {
        ByteBuf out = Unpooled.buffer();
        request.write(UserId.of(id), out);
        return ByteBufUtil.getBytes(out);
    }

    private static byte[] after(byte[] response, byte[] payload) {
        byte[] both = Arrays.copyOf(response, response.length + payload.length);
        System.arraycopy(payload, 0, both, response.length, payload.length);
        return both;
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
    void knownId_getsAStream() throws Exception {
        byte[] request = octets(VlessRequest.tcp(DESTINATION), ID);

        assertThat(inbound.exchange(request, PAYLOAD)).isEqualTo(after(RESPONSE, PAYLOAD));
        assertThat(inbound.flows.streams.getFirst().source().user()).isEqualTo(Optional.of("bob"));
        assertThat(inbound.flows.streams.getFirst().source().destination()).isEqualTo(DESTINATION);
    }

    @Test
    void idWithARoute_isStillKnown() throws Exception {
        byte[] request = octets(VlessRequest.tcp(DESTINATION), ID);
        request[1 + 6] = 0x12;
        request[1 + 7] = 0x34;

        assertThat(inbound.exchange(request, PAYLOAD)).isEqualTo(after(RESPONSE, PAYLOAD));
    }

    @Test
    void requestInSingleOctets_getsAStream() throws Exception {
        byte[] request = octets(VlessRequest.tcp(DESTINATION), ID);
        byte[][] pieces = new byte[request.length + 1][];
        for (int i = 0; i < request.length; i++) {
            pieces[i] = new byte[] {request[i]};
        }
        pieces[request.length] = PAYLOAD;

        assertThat(inbound.exchange(pieces)).isEqualTo(after(RESPONSE, PAYLOAD));
    }

    @Test
    void requestCutOffAnywhere_isMetWithSilence() throws Exception {
        byte[] request = octets(VlessRequest.tcp(DESTINATION), ID);
        for (int length = 0; length < request.length; length++) {
            assertThat(inbound.exchange(Arrays.copyOf(request, length))).isEmpty();
        }
        assertThat(inbound.flows.streams).isEmpty();
        assertThat(inbound.door.counters().internalErrors.sum()).isZero();
    }

    @Test
    void wrongIdVersionAndCommand_areMetWithSilence() throws Exception {
        byte[] wrongId = octets(VlessRequest.tcp(DESTINATION), "wrong");
        byte[] wrongVersion = octets(VlessRequest.tcp(DESTINATION), ID);
        wrongVersion[0] = 1;
        byte[] wrongCommand = octets(VlessRequest.tcp(DESTINATION), ID);
        wrongCommand[18] = 4;

        assertThat(inbound.exchange(wrongId)).isEmpty();
        assertThat(inbound.exchange(wrongVersion)).isEmpty();
        assertThat(inbound.exchange(wrongCommand)).isEmpty();
        assertThat(inbound.flows.streams).isEmpty();
        assertThat(inbound.door.counters().authFailures.sum()).isEqualTo(2);
        assertThat(inbound.door.counters().malformedRequests.sum()).isEqualTo(1);
    }

    @Test
    void flow_isRefused() throws Exception {
        VlessRequest vision =
                new VlessRequest(new Addons("xtls-rprx-vision"), VlessCommand.TCP, Optional.of(DESTINATION));

        assertThat(inbound.exchange(octets(vision, ID), PAYLOAD)).isEmpty();
        assertThat(inbound.flows.streams).isEmpty();
    }

    @Test
    void probesOfEveryLength_areMetWithSilence() throws Exception {
        Strangers.areMetWithSilenceUntilTheirFin(inbound, 3);
    }

    @Test
    void probesWithoutFin_areClosedAtTheLimit() throws Exception {
        try (KeyedFixture hasty = open(Duration.ofSeconds(2))) {
            Strangers.areMetWithSilenceUntilTheLimit(hasty, 1_900, 4);
        }
    }

    @Test
    void datagramsForOnePeer_comeBackBehindTheirLength() throws Exception {
        byte[] datagram = {0, 3, 1, 2, 3};
        try (Socket socket = inbound.connect()) {
            socket.getOutputStream().write(after(octets(VlessRequest.udp(DESTINATION), ID), datagram));
            assertThat(KeyedFixture.read(socket, 7)).isEqualTo(after(RESPONSE, datagram));
            assertThat(inbound.flows.datagrams.getFirst().source().destination())
                    .isEqualTo(DESTINATION);
        }
    }

    @Test
    void xudp_reachesManyPeersByOneAssociation() throws Exception {
        ByteBuf out = Unpooled.buffer().writeBytes(octets(VlessRequest.mux(), ID));
        XudpFraming client = XudpFraming.opening();
        client.writeHeader(1, DESTINATION, out);
        out.writeByte('a');
        client.writeHeader(1, OTHER, out);
        out.writeByte('b');
        try (Socket socket = inbound.connect()) {
            socket.getOutputStream().write(ByteBufUtil.getBytes(out));
            assertThat(KeyedFixture.read(socket, 2)).isEqualTo(RESPONSE);
            for (InetSocketAddress peer : new InetSocketAddress[] {DESTINATION, OTHER}) {
                MuxFrame frame = frame(socket);
                assertThat(frame.status()).isEqualTo(MuxStatus.KEEP);
                assertThat(frame.endpoint()).isEqualTo(peer);
                assertThat(frame.payload().readableBytes()).isEqualTo(1);
            }
        }
        assertThat(inbound.flows.datagrams).hasSize(1);
        Await.until(() -> inbound.flows.ends, () -> inbound.flows.ends.size() == 1);
    }

    @Test
    void sessionsOfStreamsAndUnknownOnes_areEnded() throws Exception {
        ByteBuf out = Unpooled.buffer().writeBytes(octets(VlessRequest.mux(), ID));
        // NEW of TCP with session 5, then KEEP of session 6, which was never opened.
        out.writeBytes(ByteBufUtil.decodeHexDump("000c00050101" + "01005001c0000207" + "0001ff"));
        out.writeBytes(ByteBufUtil.decodeHexDump("000400060201" + "0001ff"));
        try (Socket socket = inbound.connect()) {
            socket.getOutputStream().write(ByteBufUtil.getBytes(out));
            KeyedFixture.read(socket, 2);
            for (int session = 5; session <= 6; session++) {
                MuxFrame frame = frame(socket);
                assertThat(frame.session()).isEqualTo(session);
                assertThat(frame.status()).isEqualTo(MuxStatus.END);
                assertThat(frame.failed()).isTrue();
            }
        }
        assertThat(inbound.flows.datagrams).isEmpty();
    }

    @Test
    void sessionThatIsEnded_endsItsFlow() throws Exception {
        ByteBuf out = Unpooled.buffer().writeBytes(octets(VlessRequest.mux(), ID));
        XudpFraming.opening().writeHeader(1, DESTINATION, out);
        out.writeByte('a');
        MuxFrame.writeEnd(0, false, out);
        try (Socket socket = inbound.connect()) {
            socket.getOutputStream().write(ByteBufUtil.getBytes(out));
            Await.until(() -> inbound.flows.ends, () -> inbound.flows.ends.contains("FINISHED"));
        }
    }

    @Test
    void oversizeFrame_endsTheConnection() throws Exception {
        ByteBuf out = Unpooled.buffer().writeBytes(octets(VlessRequest.mux(), ID));
        out.writeShort(0xFFFF).writeZero(1_000);

        assertThat(inbound.exchange(ByteBufUtil.getBytes(out))).hasSizeLessThanOrEqualTo(2);
        assertThat(inbound.door.counters().malformedDatagrams.sum()).isEqualTo(1);
    }

    /** P28 of the security cases: a client that opens sessions without end and reads nothing of what it is told. */
    @Test
    void p28_aHundredThousandSessions_areCapped_andTakeNoMemory() throws Exception {
        int number = 100_000;
        long before = heap();
        try (Socket socket = inbound.connect()) {
            socket.getOutputStream().write(octets(VlessRequest.mux(), ID));
            for (int at = 0; at < number; at += 1_000) {
                ByteBuf out = Unpooled.buffer();
                for (int id = at; id < at + 1_000; id++) {
                    // NEW with UDP to 192.0.2.7:80, and a datagram of one octet; ids have sixteen bits.
                    out.writeShort(12)
                            .writeShort(id)
                            .writeBytes(ByteBufUtil.decodeHexDump("0101" + "02005001c0000207"));
                    out.writeShort(1).writeByte(id);
                }
                socket.getOutputStream().write(ByteBufUtil.getBytes(out));
                assertThat(inbound.flows.datagrams.size() - inbound.flows.ends.size())
                        .as("sessions that live")
                        .isLessThanOrEqualTo(MuxSessions.MAX_SESSIONS);
            }
            Await.until(
                    () -> inbound.door.counters().refusedRequests.sum()
                            + inbound.door.counters().associations.sum(),
                    () -> inbound.door.counters().refusedRequests.sum()
                                    + inbound.door.counters().associations.sum()
                            == number);
            long taken = heap() - before;
            System.out.printf(
                    "P28: of %,d sessions %d were opened; %,d octets of heap more than before%n",
                    number, inbound.door.counters().associations.sum(), taken);
            assertThat(taken).isLessThan(64L << 20);
        }
        Await.until(() -> inbound.flows.ends.size(), () -> inbound.flows.ends.size() == inbound.flows.datagrams.size());
        assertThat(inbound.door.counters().internalErrors.sum()).isZero();
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    /** P16 of the security cases. */
    @Test
    void p16_wrongId_meetsTheFallback() throws Exception {
        byte[] wrong = octets(VlessRequest.tcp(DESTINATION), "wrong");
        byte[] get = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        try (ServerSocket site = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                KeyedFixture behind = new KeyedFixture(
                        VlessConversation.users("", new String[] {ID}, new String[0]),
                        KeyedDoor.HANDSHAKE_LIMIT,
                        new String[] {"xver=0 name= alpn= path= dest=127.0.0.1:" + site.getLocalPort()},
                        VlessConversation::acceptor)) {
            for (byte[] sent : new byte[][] {wrong, get}) {
                CompletableFuture<byte[]> came = FallbackTest.serveOne(site);
                assertThat(behind.exchange(sent)).isEqualTo(FallbackTest.ANSWER);
                assertThat(came.get(30, TimeUnit.SECONDS)).isEqualTo(sent);
            }
            assertThat(behind.exchange(octets(VlessRequest.tcp(DESTINATION), ID), PAYLOAD))
                    .isEqualTo(after(RESPONSE, PAYLOAD));
            assertThat(behind.door.counters().fallbacks.sum()).isEqualTo(2);
        }
    }

    private static MuxFrame frame(Socket socket) throws Exception {
        ByteBuf in = Unpooled.buffer();
        MuxFrame frame = MuxFrame.read(in);
        while (frame == null) {
            in.writeBytes(KeyedFixture.read(socket, 1));
            frame = MuxFrame.read(in);
        }
        return frame;
    }
}
