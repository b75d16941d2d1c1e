package io.sluice.outbound.direct.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.ConnectException;
import io.sluice.dialer.AddressPreference;
import io.sluice.testkit.peer.TinyNameServer;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class DirectDatagramPortTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    @ParameterizedTest(name = "epoll={0}")
    @ValueSource(booleans = {true, false})
    void datagrams_ofEverySize_comeBackWholeFromTheirPeer(boolean epoll) throws Exception {
        try (DialRig rig = new DialRig(epoll);
                EchoServer echo = new EchoServer("127.0.0.1")) {
            Taker taker = new Taker();
            DatagramPort port = open(rig, echo.address(), taker);
            for (int size : new int[] {0, 1, 1_200, 1_472, 9_000, 65_507}) {
                if (size == 0 && !epoll) {
                    continue; // NIO channels of Netty cannot send an empty datagram
                }
                byte[] sent = octets(size);
                send(rig, port, sent, 0, echo.address());
                DialRig.await(() -> !taker.received.isEmpty(), () -> "size " + size);
                assertThat(taker.received.removeFirst()).isEqualTo(sent);
                assertThat(taker.peers.removeFirst()).isEqualTo(echo.address());
            }
            assertThat(rig.binder.bound).containsExactly("127.0.0.1");
            rig.onLoop(() -> {
                port.close(CloseReason.IDLE);
                return null;
            });
            assertThat(port.closed().getNow()).isEqualTo(CloseReason.IDLE);
        }
    }

    @ParameterizedTest(name = "epoll={0}")
    @ValueSource(booleans = {true, false})
    void segments_inOneBuffer_arriveAsDatagramsInOrder(boolean epoll) throws Exception {
        try (DialRig rig = new DialRig(epoll);
                EchoServer echo = new EchoServer("127.0.0.1")) {
            Taker taker = new Taker();
            DatagramPort port = open(rig, echo.address(), taker);
            byte[] all = octets(1_000 * 39 + 17);
            send(rig, port, all, 1_000, echo.address());
            DialRig.await(() -> taker.received.size() >= 40, () -> taker.received.size() + " received");
            List<byte[]> got = new ArrayList<>(taker.received);
            byte[] joined =
                    Unpooled.wrappedBuffer(got.toArray(byte[][]::new)).copy().array();
            assertThat(got.getLast()).hasSize(17);
            assertThat(joined).isEqualTo(all);
        }
    }

    /** RFC 4787 REQ-1: the mapping is the client's, whoever it talks to. */
    @ParameterizedTest(name = "epoll={0}")
    @ValueSource(booleans = {true, false})
    void TC66_twentyPeers_seeOneSourcePort(boolean epoll) throws Exception {
        List<EchoServer> peers = new ArrayList<>();
        try (DialRig rig = new DialRig(epoll)) {
            for (int i = 0; i < 20; i++) {
                peers.add(new EchoServer("127.0.0.1"));
            }
            Taker taker = new Taker();
            DatagramPort port = open(rig, peers.getFirst().address(), taker);
            for (EchoServer peer : peers) {
                send(rig, port, octets(5), 0, peer.address());
            }
            DialRig.await(() -> taker.received.size() == 20, () -> taker.received.size() + " received");
            assertThat(peers).extracting(peer -> peer.lastSource).containsOnly(peers.getFirst().lastSource);
            assertThat(taker.peers)
                    .containsExactlyInAnyOrderElementsOf(
                            peers.stream().map(EchoServer::address).toList());
        } finally {
            peers.forEach(EchoServer::close);
        }
    }

    /** RFC 4787 REQ-9: what one client sends to the other's mapping arrives, and comes from the sender's mapping. */
    @ParameterizedTest(name = "epoll={0}")
    @ValueSource(booleans = {true, false})
    void TC68_twoClients_reachOneAnotherThroughTheirMappings(boolean epoll) throws Exception {
        try (DialRig rig = new DialRig(epoll);
                EchoServer server = new EchoServer("127.0.0.1")) {
            Taker one = new Taker();
            Taker two = new Taker();
            DatagramPort first = open(rig, server.address(), one);
            DatagramPort second = open(rig, server.address(), two);
            InetSocketAddress outsideOfFirst = mapping(rig, first, one, server);
            InetSocketAddress outsideOfSecond = mapping(rig, second, two, server);
            assertThat(outsideOfFirst).isNotEqualTo(outsideOfSecond);
            send(rig, first, octets(9), 0, outsideOfSecond);
            DialRig.await(() -> !two.received.isEmpty(), () -> "nothing at the second");
            assertThat(two.received.removeFirst()).isEqualTo(octets(9));
            assertThat(two.peers.removeFirst()).isEqualTo(outsideOfFirst);
            send(rig, second, octets(8), 0, outsideOfFirst);
            DialRig.await(() -> !one.received.isEmpty(), () -> "nothing at the first");
            assertThat(one.peers.removeFirst()).isEqualTo(outsideOfSecond);
        }
    }

    /** What the server, as STUN does, sees of a client. */
    private static InetSocketAddress mapping(DialRig rig, DatagramPort port, Taker taker, EchoServer server)
            throws Exception {
        send(rig, port, octets(1), 0, server.address());
        DialRig.await(() -> !taker.received.isEmpty(), () -> "no answer");
        taker.received.clear();
        taker.peers.clear();
        return server.lastSource;
    }

    @ParameterizedTest(name = "epoll={0}")
    @ValueSource(booleans = {true, false})
    void name_asPeer_isResolvedAndDatagramsWait(boolean epoll) throws Exception {
        try (EchoServer echo = new EchoServer("127.0.0.1");
                TinyNameServer names = new TinyNameServer(false, "127.0.0.1");
                DialRig rig = new DialRig(epoll, AddressPreference.IPV6_FIRST, names.address())) {
            Taker taker = new Taker();
            InetSocketAddress peer = InetSocketAddress.createUnresolved(
                    "echo.test", echo.address().getPort());
            DatagramPort port = open(rig, peer, taker);
            send(rig, port, octets(7), 0, peer);
            send(rig, port, octets(8), 0, peer);
            DialRig.await(() -> taker.received.size() == 2, () -> taker.received.size() + " received");
            assertThat(taker.received.getFirst()).hasSize(7);
        }
    }

    /** A host without IPv6, and a name that has an address of it: the egress knows, or the kernel. */
    @ParameterizedTest(name = "epoll={0}, {1}")
    @CsvSource({"true,2001:db8::1", "false,2001:db8::1", "true,fe80::1", "false,fe80::1"})
    void name_whoseFirstAddressHasNoRoute_isReachedByTheNext(boolean epoll, String first) throws Exception {
        try (EchoServer echo = new EchoServer("127.0.0.1");
                TinyNameServer names = new TinyNameServer(false, first, "127.0.0.1");
                DialRig rig = new DialRig(epoll, AddressPreference.IPV6_FIRST, names.address())) {
            rig.binder.unrouted = InetAddress.ofLiteral("2001:db8::1"); // the other lacks its scope (RFC 4007 §6)
            Taker taker = new Taker();
            InetSocketAddress peer = InetSocketAddress.createUnresolved(
                    "echo.test", echo.address().getPort());
            DatagramPort port = open(rig, peer, taker);
            send(rig, port, octets(7), 0, peer);
            DialRig.await(() -> taker.received.size() == 1, () -> taker.received.size() + " received");
            send(rig, port, octets(8), 0, peer);
            DialRig.await(() -> taker.received.size() == 2, () -> taker.received.size() + " received");
            assertThat(taker.unreachable).isEmpty();
        }
    }

    @ParameterizedTest(name = "epoll={0}")
    @ValueSource(booleans = {true, false})
    void binder_absentOrRefusing_nothingIsSent(boolean epoll) throws Exception {
        try (DialRig rig = new DialRig(epoll);
                EchoServer echo = new EchoServer("127.0.0.1")) {
            Taker taker = new Taker();
            DatagramPort port = open(rig, echo.address(), taker);
            rig.binder.refuses = true;
            send(rig, port, octets(9), 0, echo.address());
            assertThat(taker.unreachable).containsExactly(CloseReason.EGRESS_UNAVAILABLE);
            rig.binderPresent = false;
            Future<DatagramPort> refused =
                    rig.onLoop(() -> rig.dialer.openDatagrams(rig.request(Network.UDP, echo.address(), LIMIT)));
            assertThat(refused.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(((ConnectException) refused.cause()).reason()).isEqualTo(CloseReason.EGRESS_UNAVAILABLE);
            assertThat(echo.lastSource).isNull();
        }
    }

    /** A client of another host, whose peers are judged: while nobody knows this host's addresses no rule is to blame. */
    @ParameterizedTest(name = "epoll={0}")
    @ValueSource(booleans = {true, false})
    void binder_exchangedUnderAClientOfAnotherHost_isNoRefusalByRule(boolean epoll) throws Exception {
        FinalRules noLoopback = FinalRules.parse(List.of("block ip=127.0.0.2"));
        try (DialRig rig = new DialRig(epoll, AddressPreference.IPV4_FIRST, noLoopback)) {
            InetSocketAddress peer = new InetSocketAddress("192.0.2.1", 9);
            FlowSource client = new FlowSource(
                    Network.UDP, "in", new InetSocketAddress("192.168.7.7", 4_000), peer, Optional.empty());
            Taker taker = new Taker();
            DatagramPort port = rig.onLoop(
                    () -> rig.dialer.openDatagrams(rig.request(client, LIMIT)).getNow());
            rig.onLoop(() -> {
                port.receiver(taker);
                return null;
            });
            rig.binderPresent = false;
            send(rig, port, octets(9), 0, peer);
            assertThat(taker.unreachable).containsExactly(CloseReason.EGRESS_UNAVAILABLE);
            assertThat(rig.dialer.counters())
                    .containsEntry("datagramsDroppedNoEgress", 1L)
                    .containsEntry("datagramsDroppedByRule", 0L);
            rig.binderPresent = true;
            send(rig, port, octets(9), 0, new InetSocketAddress("127.0.0.2", 9));
            assertThat(taker.unreachable).containsExactly(CloseReason.EGRESS_UNAVAILABLE, CloseReason.POLICY_REJECTED);
            assertThat(rig.dialer.counters()).containsEntry("datagramsDroppedByRule", 1L);
        }
    }

    @ParameterizedTest(name = "epoll={0}")
    @ValueSource(booleans = {true, false})
    void close_withNamesPending_releasesWhatWaits(boolean epoll) throws Exception {
        try (TinyNameServer names = new TinyNameServer(true);
                DialRig rig = new DialRig(epoll, AddressPreference.IPV6_FIRST, names.address())) {
            InetSocketAddress peer = InetSocketAddress.createUnresolved("silent.test", 9);
            DatagramPort port = open(rig, peer, new Taker());
            ByteBuf waiting = Unpooled.directBuffer().writeZero(10);
            rig.onLoop(() -> {
                port.send(waiting, 0, peer);
                port.close(CloseReason.CLIENT_ABORTED);
                return null;
            });
            assertThat(waiting.refCnt()).isZero();
        }
    }

    private static DatagramPort open(DialRig rig, InetSocketAddress peer, Taker taker) throws Exception {
        Future<DatagramPort> opening =
                rig.onLoop(() -> rig.dialer.openDatagrams(rig.request(Network.UDP, peer, LIMIT)));
        DatagramPort port = opening.get(30, TimeUnit.SECONDS);
        rig.onLoop(() -> {
            port.receiver(taker);
            return null;
        });
        return port;
    }

    private static void send(DialRig rig, DatagramPort port, byte[] octets, int segmentSize, InetSocketAddress peer)
            throws Exception {
        rig.onLoop(() -> {
            port.send(Unpooled.directBuffer().writeBytes(octets), segmentSize, peer);
            port.flush();
            return null;
        });
    }

    private static byte[] octets(int size) {
        byte[] octets = new byte[size];
        new Random(size).nextBytes(octets);
        return octets;
    }

    private static final class Taker implements DatagramReceiver {

        final List<byte[]> received = new CopyOnWriteArrayList<>();
        final List<InetSocketAddress> peers = new CopyOnWriteArrayList<>();
        final List<CloseReason> unreachable = new CopyOnWriteArrayList<>();

        @Override
        public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
            peers.add(peer);
            int step = segmentSize == 0 ? Math.max(1, payload.readableBytes()) : segmentSize;
            do {
                received.add(ByteBufUtil.getBytes(payload.readSlice(Math.min(step, payload.readableBytes()))));
            } while (payload.isReadable());
            payload.release();
        }

        @Override
        public void batchComplete() {}

        @Override
        public void unreachable(InetSocketAddress peer, CloseReason reason) {
            unreachable.add(reason);
        }
    }

    private static final class EchoServer implements AutoCloseable {

        volatile InetSocketAddress lastSource;
        private final DatagramSocket socket;

        EchoServer(String address) throws Exception {
            socket = new DatagramSocket(0, InetAddress.ofLiteral(address));
            socket.setReceiveBufferSize(1 << 20);
            Thread.ofPlatform().daemon().start(() -> {
                DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
                try {
                    while (true) {
                        packet.setLength(65_536);
                        socket.receive(packet);
                        lastSource = (InetSocketAddress) packet.getSocketAddress();
                        socket.send(packet);
                    }
                } catch (java.io.IOException e) {
                    // Closed: the test is over.
                }
            });
        }

        InetSocketAddress address() {
            return (InetSocketAddress) socket.getLocalSocketAddress();
        }

        @Override
        public void close() {
            socket.close();
        }
    }
}
