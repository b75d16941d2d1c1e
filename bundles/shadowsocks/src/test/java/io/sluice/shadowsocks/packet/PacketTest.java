package io.sluice.shadowsocks.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.proxycodec.socks.Socks5Address;
import io.sluice.shadowsocks.ClientKeys;
import io.sluice.shadowsocks.Fault;
import io.sluice.shadowsocks.FaultException;
import io.sluice.shadowsocks.Method;
import io.sluice.shadowsocks.replay.SlidingWindow;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PacketTest {

    @ParameterizedTest
    @EnumSource
    void bothWays_everySize(Method method) throws FaultException {
        PacketRig rig = new PacketRig(method);
        int limit = PacketSealer.MAX_PACKET - rig.client.overhead(PacketRig.PEER);
        for (int size : new int[] {0, 1, 1_200, 1_472, 60_000, limit}) {
            byte[] request = rig.request(PacketRig.payload(size));
            ServerPackets.Received received = rig.atServer(request);
            assertThat(received.datagram().peer()).isEqualTo(PacketRig.PEER);
            assertThat(PacketRig.octets(received.datagram().payload())).isEqualTo(PacketRig.payload(size));
            if (size < limit) {
                Datagram back =
                        rig.client.open(Unpooled.copiedBuffer(rig.answer(received.session(), PacketRig.payload(size))));
                assertThat(back.peer()).isEqualTo(PacketRig.PEER);
                assertThat(PacketRig.octets(back.payload())).isEqualTo(PacketRig.payload(size));
            }
        }
        ByteBuf tooLong = Unpooled.buffer().writeZero(limit + 1);
        assertThat(rig.client.seal(tooLong, 0, PacketRig.PEER)).isNull();
        assertThat(tooLong.refCnt()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void joinedDatagrams_becomeJoinedPacketsOfOneSize(Method method) throws FaultException {
        PacketRig rig = new PacketRig(method);
        ByteBuf joined = Unpooled.copiedBuffer(PacketRig.payload(10 * 1_200 + 7));
        byte[] packets = PacketRig.octets(rig.client.seal(joined, 1_200, PacketRig.PEER));
        int size = 1_200 + rig.client.overhead(PacketRig.PEER);
        List<Integer> lengths = new ArrayList<>();
        int done = 0;
        for (int at = 0; at < packets.length; at += size) {
            byte[] packet = Arrays.copyOfRange(packets, at, Math.min(packets.length, at + size));
            byte[] payload = PacketRig.octets(rig.atServer(packet).datagram().payload());
            assertThat(payload).isEqualTo(Arrays.copyOfRange(PacketRig.payload(12_007), done, done + payload.length));
            done += payload.length;
            lengths.add(payload.length);
        }
        assertThat(lengths).hasSize(11).endsWith(1_200, 7);
        assertThat(rig.server.sessions()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void names_areCarried(Method method) throws FaultException {
        PacketRig rig = new PacketRig(method);
        InetSocketAddress name = InetSocketAddress.createUnresolved("example.org", 123);
        ByteBuf packet = rig.client.seal(Unpooled.copiedBuffer(new byte[] {9}), 0, name);
        ServerPackets.Received received = rig.server.open(packet, PacketRig.CLIENT);
        assertThat(received.datagram().peer()).isEqualTo(name);
        received.datagram().payload().release();
    }

    @ParameterizedTest
    @EnumSource
    void everyTruncation_andEveryFlippedBit_isDropped(Method method) {
        PacketRig rig = new PacketRig(method);
        byte[] request = rig.request(PacketRig.payload(20));
        for (int length = 0; length < request.length; length++) {
            assertThat(rig.faultAtServer(Arrays.copyOf(request, length)))
                    .as("%d of %d octets", length, request.length)
                    .isIn(Fault.SHORT, Fault.NOT_GENUINE);
        }
        for (int bit = 0; bit < request.length * 8; bit++) {
            byte[] altered = request.clone();
            altered[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(rig.faultAtServer(altered)).as("bit %d", bit).isEqualTo(Fault.NOT_GENUINE);
        }
        assertThat(rig.server.sessions()).as("nothing is kept of forgeries").isZero();
        assertThat(rig.faultAtServer(request)).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void repeatedPackets_areDropped(Method method) {
        PacketRig rig = new PacketRig(method);
        for (int i = 0; i < 1_000; i++) {
            byte[] request = rig.request(PacketRig.payload(i % 50));
            assertThat(rig.faultAtServer(request)).isNull();
            assertThat(rig.faultAtServer(request)).isEqualTo(Fault.REPLAYED);
        }
    }

    @ParameterizedTest
    @EnumSource
    void ownAnswers_areNoRequests(Method method) throws FaultException {
        PacketRig rig = new PacketRig(method);
        ServerSession session = rig.session(rig.request(PacketRig.payload(1)));
        byte[] answer = rig.answer(session, PacketRig.payload(1));
        assertThat(rig.faultAtServer(answer)).isNotNull();
        assertThat(rig.faultAtClient(answer)).isNull();
    }

    @Test
    void identityHeaders_leadToTheUser() throws FaultException {
        for (Method method : List.of(Method.BLAKE3_AES_128_GCM, Method.BLAKE3_AES_256_GCM)) {
            Map<String, String> users =
                    Map.of("alice", PacketRig.password(method, 2), "bob", PacketRig.password(method, 3));
            String own = PacketRig.password(method, 1);
            PacketRig rig =
                    new PacketRig(method, ClientKeys.of(method, own + ":" + PacketRig.password(method, 3)), users);
            ServerPackets.Received received = rig.atServer(rig.request(PacketRig.payload(9)));
            assertThat(received.session().user()).contains("bob");
            received.datagram().payload().release();
            assertThat(rig.faultAtClient(rig.answer(received.session(), PacketRig.payload(3))))
                    .isNull();
            PacketRig stranger =
                    new PacketRig(method, ClientKeys.of(method, own + ":" + PacketRig.password(method, 9)), users);
            assertThat(stranger.faultAtServer(stranger.request(PacketRig.payload(9))))
                    .isEqualTo(Fault.UNKNOWN_USER);
        }
    }

    @ParameterizedTest
    @EnumSource(names = "BLAKE3_.*", mode = EnumSource.Mode.MATCH_ANY)
    void time(Method method) {
        for (int off : new int[] {-31, 31}) {
            PacketRig rig = new PacketRig(method);
            byte[] request = rig.request(PacketRig.payload(1));
            rig.epoch += off;
            assertThat(rig.faultAtServer(request)).isEqualTo(Fault.TIME);
            rig.epoch -= Integer.signum(off);
            assertThat(rig.faultAtServer(request))
                    .as("a refused one changed nothing")
                    .isNull();
        }
    }

    /** P11: duplicates, and numbers behind the window; reordering within it is harmless. */
    @ParameterizedTest
    @EnumSource(names = "BLAKE3_.*", mode = EnumSource.Mode.MATCH_ANY)
    void window(Method method) {
        PacketRig rig = new PacketRig(method);
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < SlidingWindow.SIZE + 100; i++) {
            packets.add(rig.request(PacketRig.payload(1)));
        }
        int last = packets.size() - 1;
        assertThat(rig.faultAtServer(packets.get(last))).isNull();
        assertThat(rig.faultAtServer(packets.get(last - SlidingWindow.SIZE))).isEqualTo(Fault.REPLAYED);
        List<byte[]> within = packets.subList(last - SlidingWindow.SIZE + 1, last);
        Collections.shuffle(within, new Random(3));
        for (byte[] packet : within) {
            assertThat(rig.faultAtServer(packet)).isNull();
            assertThat(rig.faultAtServer(packet)).isEqualTo(Fault.REPLAYED);
        }
    }

    /** §3.2.4: found by session, answered where the last good packet came from. */
    @ParameterizedTest
    @EnumSource(names = "BLAKE3_.*", mode = EnumSource.Mode.MATCH_ANY)
    void clientThatMoved_keepsItsSession(Method method) throws FaultException {
        PacketRig rig = new PacketRig(method);
        ServerSession first = rig.session(rig.request(PacketRig.payload(1)));
        InetSocketAddress moved = new InetSocketAddress("198.51.100.9", 1);
        byte[] next = rig.request(PacketRig.payload(2));
        ServerPackets.Received received = rig.server.open(Unpooled.copiedBuffer(next), moved);
        received.datagram().payload().release();
        assertThat(received.session()).isSameAs(first);
        assertThat(first.client()).isEqualTo(moved);
        InetSocketAddress thief = new InetSocketAddress("198.51.100.66", 1);
        assertThatThrownBy(() -> rig.server.open(Unpooled.copiedBuffer(next), thief))
                .isInstanceOf(FaultException.class);
        assertThat(first.client()).as("a replay moves nobody").isEqualTo(moved);
        assertThat(rig.server.sessions()).isEqualTo(1);
    }

    /** §3.2.4: two sessions of a server that was started again; a third only after a minute. */
    @ParameterizedTest
    @EnumSource(names = "BLAKE3_.*", mode = EnumSource.Mode.MATCH_ANY)
    void serverThatWasStartedAgain(Method method) throws FaultException {
        PacketRig rig = new PacketRig(method);
        ServerSession[] started = new ServerSession[3];
        for (int i = 0; i < started.length; i++) {
            rig.server = rig.freshServer();
            started[i] = rig.session(rig.request(PacketRig.payload(1)));
        }
        byte[] old = rig.answer(started[0], PacketRig.payload(1));
        assertThat(rig.faultAtClient(old)).isNull();
        assertThat(rig.faultAtClient(old)).isEqualTo(Fault.REPLAYED);
        assertThat(rig.faultAtClient(rig.answer(started[1], PacketRig.payload(1))))
                .isNull();
        assertThat(rig.faultAtClient(rig.answer(started[0], PacketRig.payload(1))))
                .isNull();
        assertThat(rig.faultAtClient(rig.answer(started[2], PacketRig.payload(1))))
                .isEqualTo(Fault.REPLAYED);
        rig.advance(60);
        assertThat(rig.faultAtClient(rig.answer(started[2], PacketRig.payload(1))))
                .isNull();
    }

    /** P11: the echoed session must be the client's. */
    @ParameterizedTest
    @EnumSource(names = "BLAKE3_.*", mode = EnumSource.Mode.MATCH_ANY)
    void answerToAnotherSession_isDropped(Method method) throws FaultException {
        PacketRig rig = new PacketRig(method);
        ServerSession mine = rig.session(rig.request(PacketRig.payload(1)));
        PacketRig other = new PacketRig(method);
        ServerSession theirs = other.session(other.request(PacketRig.payload(1)));
        assertThat(rig.faultAtClient(other.answer(theirs, PacketRig.payload(1))))
                .isEqualTo(Fault.ANOTHER_REQUEST);
        assertThat(rig.faultAtClient(rig.answer(mine, PacketRig.payload(1)))).isNull();
    }

    /**
     * P11: §3.2.4 lets each side have a session number of its own. What carries the client's as the server's is a packet of the client's that was thrown back, which its type
     * gives away and the missing echo, or comes from a server under whose key a nonce of the client's is used again.
     */
    @ParameterizedTest
    @EnumSource(names = "BLAKE3_.*", mode = EnumSource.Mode.MATCH_ANY)
    void answerUnderTheClientsOwnSession_isDropped(Method method) throws FaultException {
        long[] number = {17};
        SecureRandom oneNumber = new SecureRandom() {
            private static final long serialVersionUID = 1L;

            @Override
            public long nextLong() {
                return number[0];
            }
        };
        PacketRig rig = new PacketRig(method, oneNumber);
        byte[] request = rig.request(PacketRig.payload(20));
        assertThat(rig.faultAtClient(request)).as("thrown back").isEqualTo(Fault.ANOTHER_REQUEST);
        ServerSession session = rig.session(request);
        assertThat(rig.faultAtClient(rig.answer(session, PacketRig.payload(20))))
                .as("the client's number, with the right type and echo")
                .isEqualTo(Fault.ANOTHER_REQUEST);
        number[0] = 18;
        rig.server = rig.freshServer();
        ServerSession own = rig.session(rig.request(PacketRig.payload(20)));
        assertThat(rig.faultAtClient(rig.answer(own, PacketRig.payload(20))))
                .as("a number of its own")
                .isNull();
    }

    /** The table is bounded, fails closed while its sessions are fresh, and makes room by the eldest. */
    @Test
    void sessions_areBounded() throws FaultException {
        PacketRig rig = new PacketRig(Method.BLAKE3_AES_128_GCM);
        List<String> forgotten = new ArrayList<>();
        for (int i = 0; i < SessionTable.CAPACITY; i++) {
            rig.client = ClientPackets.of(rig.keys, rig.context);
            ServerPackets.Received received = rig.atServer(rig.request(PacketRig.payload(1)));
            received.datagram().payload().release();
            String name = "session " + i;
            received.session().owner(name, () -> forgotten.add(name));
        }
        rig.client = ClientPackets.of(rig.keys, rig.context);
        assertThat(rig.faultAtServer(rig.request(PacketRig.payload(1)))).isEqualTo(Fault.FILTER_FULL);
        rig.advance(60);
        assertThat(rig.faultAtServer(rig.request(PacketRig.payload(1)))).isNull();
        assertThat(forgotten).containsExactly("session 0");
        assertThat(rig.server.sessions()).isEqualTo(SessionTable.CAPACITY);
    }

    @Test
    void randomOctets_areDropped() {
        Random random = new Random(5);
        for (Method method : Method.values()) {
            PacketRig rig = new PacketRig(method);
            for (int i = 0; i < 2_000; i++) {
                byte[] octets = new byte[random.nextInt(200)];
                random.nextBytes(octets);
                assertThat(rig.faultAtServer(octets)).isIn(Fault.SHORT, Fault.NOT_GENUINE);
                assertThat(rig.faultAtClient(octets)).isIn(Fault.SHORT, Fault.NOT_GENUINE);
            }
        }
    }

    @Test
    void overhead_isWhatIsAdded() {
        InetSocketAddress four = new InetSocketAddress("192.0.2.9", 9);
        assertThat(Socks5Address.length(four)).isEqualTo(7);
        // SIP022 §3.2: 16 of separate header, 1 + 8 + 2 of main header, 7 of address, 16 of tag.
        assertThat(new PacketRig(Method.BLAKE3_AES_128_GCM).client.overhead(four))
                .isEqualTo(50);
        // §4.1: 24 of nonce instead, and session and number within.
        assertThat(new PacketRig(Method.BLAKE3_CHACHA20_POLY1305).client.overhead(four))
                .isEqualTo(74);
        assertThat(new PacketRig(Method.AES_128_GCM).client.overhead(four)).isEqualTo(39);
    }
}
