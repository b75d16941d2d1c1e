package io.sluice.outbound.shadowsocks.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.loop.NettyEventLoops;
import io.sluice.shadowsocks.Method;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * With servers and clients that others wrote, every octet checked. One line is printed for each cell; one that lacks its program is skipped, and says so. A
 * default run tries one method of each kind with 1 MiB; {@code -Dsluice.peers=all} tries all, {@code -Dsluice.mib=100} with that much.
 */
class RealPeersTest {

    private static final boolean ALL = "all".equals(System.getProperty("sluice.peers"));
    private static final long BULK = Long.getLong("sluice.mib", 1) << 20;
    private static final int SHORT = ALL ? 500 : 20;

    private static final List<Method> SOME =
            List.of(Method.AES_256_GCM, Method.BLAKE3_AES_128_GCM, Method.BLAKE3_CHACHA20_POLY1305);

    /** 65,507 without the longest header of these: 24 + 16 + 1 + 8 + 8 + 2 + 7 + 16, and SOCKS5's own 10. */
    private static final int[] SIZES = {1, 1_200, 1_472, 8_000, 60_000, 65_507 - 92};

    private static NettyEventLoops loops;

    @TempDir
    private Path folder;

    @BeforeAll
    static void open() {
        loops = NettyEventLoops.open(2);
    }

    @AfterAll
    static void close() throws InterruptedException {
        assertThat(loops.close(Duration.ofSeconds(20))).isTrue();
    }

    static Stream<Arguments> cells() {
        return Stream.of(Peer.values())
                .flatMap(peer -> Stream.of(Method.values())
                        .filter(m -> peer.knows(m) && (ALL || SOME.contains(m)))
                        .map(m -> Arguments.of(peer, m)));
    }

    private static void here(Peer peer) {
        boolean there = peer.find().isPresent();
        if (!there) {
            System.out.println("skipped: " + peer + " is not installed (./sluice peers)");
        }
        assumeTrue(there, peer + " is not installed (./sluice peers)");
    }

    @ParameterizedTest
    @MethodSource("cells")
    void ours_withTheirServer(Peer peer, Method method) throws Exception {
        here(peer);
        String password = OutboundFixture.password(method, 7);
        try (Peer.Running server = peer.startServer(folder, method, password);
                EchoHost host = new EchoHost();
                OutboundFixture outbound = new OutboundFixture(loops, server.address(), method, password)) {
            InetSocketAddress far = host.stream();
            end(peer, outbound.open(far).send(BULK, 1 << 20).awaitEcho(BULK));
            end(peer, outbound.open(far).send(1_000, 1).awaitEcho(1_000));
            if (peer != Peer.SING_BOX) {
                // That one looks no name up unless a resolver is configured.
                InetSocketAddress named = InetSocketAddress.createUnresolved("localhost", far.getPort());
                end(peer, outbound.open(named).send(100, 100).awaitEcho(100));
            }
            for (int i = 0; i < SHORT; i++) {
                end(peer, outbound.open(far).send(500, 500).awaitEcho(500));
            }
            List<Integer> carried = datagrams(peer, outbound, host.datagram());
            report("ours -> their server", peer, method, carried);
            assertThat(carried).isEqualTo(sizes(peer));
        }
    }

    private static List<Integer> sizes(Peer peer) {
        return Arrays.stream(SIZES)
                .filter(size -> size <= peer.largestDatagram())
                .boxed()
                .toList();
    }

    /** Xray's server does not pass our FIN on at once. */
    private static void end(Peer peer, StreamProbe probe) throws InterruptedException {
        if (peer == Peer.XRAY) {
            probe.close();
        } else {
            probe.finish();
        }
    }

    private static List<Integer> datagrams(Peer who, OutboundFixture outbound, InetSocketAddress peer)
            throws Exception {
        DatagramPort port = outbound.datagrams(peer).sync().getNow();
        DatagramProbe probe = DatagramProbe.on(port);
        List<Integer> carried = new ArrayList<>();
        for (int size : sizes(who)) {
            for (int attempt = 0; attempt < 4; attempt++) {
                probe.send(DatagramProbe.payload(size), 0, peer);
                DatagramProbe.Received back = probe.next(5_000);
                if (back != null) {
                    assertThat(Arrays.equals(back.payload(), DatagramProbe.payload(size)))
                            .as("%d octets", size)
                            .isTrue();
                    assertThat(back.peer()).isEqualTo(peer);
                    carried.add(size);
                    break;
                }
            }
        }
        port.eventLoop().submit(() -> port.close(CloseReason.FINISHED)).sync();
        return carried;
    }

    @ParameterizedTest
    @MethodSource("cells")
    void theirClient_withOurs(Peer peer, Method method) throws Exception {
        here(peer);
        String password = OutboundFixture.password(method, 7);
        try (OurServer server = new OurServer(loops, method, password, Map.of());
                Peer.Running client = peer.startClient(folder, server.address(), method, password)) {
            report("their client -> ours", peer, method, use(peer, client.address()));
        }
    }

    private static List<Integer> use(Peer peer, InetSocketAddress proxy) throws Exception {
        SocksUser user = new SocksUser(proxy);
        // Our server is every far host itself. (A name would be looked up by the JDK, which gives its SOCKS proxy
        // addresses.)
        InetSocketAddress far = new InetSocketAddress("192.0.2.77", 7);
        user.exchange(far, BULK, 1 << 20);
        user.exchange(far, 1_000, 1);
        for (int i = 0; i < SHORT; i++) {
            user.exchange(far, 500, 500);
        }
        List<Integer> carried = new ArrayList<>();
        for (int size : sizes(peer)) {
            if (user.echoes(far, size)) {
                carried.add(size);
            }
        }
        assertThat(carried).isEqualTo(sizes(peer));
        return carried;
    }

    /** Identity headers, with the two clients that know them. */
    @Test
    void theirClient_asOneOfSeveralUsers() throws Exception {
        here(Peer.RUST);
        Method method = Method.BLAKE3_AES_256_GCM;
        String own = OutboundFixture.password(method, 7);
        String user = OutboundFixture.password(method, 8);
        Map<String, String> users = Map.of("alice", user, "bob", OutboundFixture.password(method, 9));
        for (Peer peer : List.of(Peer.RUST, Peer.SING_BOX)) {
            if (peer.find().isEmpty()) {
                continue;
            }
            try (OurServer server = new OurServer(loops, method, own, users);
                    Peer.Running client = peer.startClient(folder, server.address(), method, own + ":" + user)) {
                report("their client -> ours, as alice", peer, method, use(peer, client.address()));
            }
        }
    }

    private static void report(String way, Peer peer, Method method, List<Integer> carried) {
        StringJoiner sizes = new StringJoiner(", ");
        carried.forEach(size -> sizes.add("" + size));
        System.out.printf(
                "shadowsocks matrix: %-32s %-9s %-30s TCP %d MiB and %d short ones both ways, UDP %s%n",
                way, peer, method.word(), BULK >> 20, SHORT, sizes);
    }
}
