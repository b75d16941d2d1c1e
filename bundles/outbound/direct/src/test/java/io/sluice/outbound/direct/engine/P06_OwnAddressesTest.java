package io.sluice.outbound.direct.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
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
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * P06: a client of another host, or one with a key, reaches nothing that listens on this host, by whatever address or name; a client of this host does
 * (the control that the listener can be reached in all these ways).
 */
@Timeout(120)
class P06_OwnAddressesTest {

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int VARIANTS = 1_000;
    private static final long SEED = 6;

    /** TEST-NET-1; the binder has no way there, so that nothing leaves the machine. */
    private static final String FAR = "192.0.2.1";

    /** Names as they come in requests: numbers in other bases are names, for nothing here reads them as addresses. */
    private static final String[] NAMES = {
        "localhost.example",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "a.example.",
        "LOCALHOST.example",
        "127.0.0.1.example"
    };

    @Test
    void streams() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 200, InetAddress.ofLiteral("::"))) {
            Random random = new Random(SEED);
            for (int done = 0; done < VARIANTS; ) {
                List<String> led = addresses(random);
                try (TinyNameServer names = new TinyNameServer(false, led.toArray(String[]::new));
                        DialRig rig = new DialRig(true, AddressPreference.IPV4_FIRST, names.address())) {
                    rig.binder.unrouted = InetAddress.ofLiteral(FAR);
                    for (int i = 0; i < 50; i++, done++) {
                        InetSocketAddress destination = destination(random, led, listener.getLocalPort());
                        ConnectException refusal = refusal(rig, client(random, Network.TCP, destination));
                        assertThat(refusal).as("%s by %s", destination, led).isNotNull();
                        // A name with an address that may be tried fails by that one.
                        assertThat(refusal.reason())
                                .as("%s by %s: %s", destination, led, refusal.getMessage())
                                .isIn(CloseReason.POLICY_REJECTED, CloseReason.EGRESS_UNAVAILABLE);
                    }
                }
            }
            listener.setSoTimeout(200);
            assertThat(accepted(listener)).isZero();
        }
    }

    @Test
    void streams_ofThisHost_areTaken() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 200, InetAddress.ofLiteral("::"));
                TinyNameServer names = new TinyNameServer(false, "127.0.0.1");
                DialRig rig = new DialRig(true, AddressPreference.IPV4_FIRST, names.address())) {
            for (String host : List.of("127.0.0.1", "127.9.9.9", "0.0.0.0", "::1", "::", "some.example")) {
                InetSocketAddress destination = host.endsWith("example")
                        ? InetSocketAddress.createUnresolved(host, listener.getLocalPort())
                        : new InetSocketAddress(InetAddress.ofLiteral(host), listener.getLocalPort());
                FlowSource here = new FlowSource(
                        Network.TCP, "in", new InetSocketAddress(DialRig.LOCAL, 9), destination, Optional.empty());
                assertThat(refusal(rig, here)).as(host).isNull();
                listener.setSoTimeout(10_000);
                listener.accept().close();
            }
        }
    }

    @Test
    void datagrams() throws Exception {
        try (DatagramSocket listener = new DatagramSocket(0, InetAddress.ofLiteral("::"))) {
            listener.setSoTimeout(200);
            Random random = new Random(SEED);
            for (int done = 0; done < VARIANTS; ) {
                List<String> led = addresses(random);
                led.remove(FAR);
                try (TinyNameServer names = new TinyNameServer(false, led.toArray(String[]::new));
                        DialRig rig = new DialRig(true, AddressPreference.IPV4_FIRST, names.address())) {
                    for (int i = 0; i < 50; i++, done++) {
                        InetSocketAddress destination = destination(random, led, listener.getLocalPort());
                        DatagramPort port = rig.onLoop(() -> rig.dialer
                                .openDatagrams(rig.request(client(random, Network.UDP, destination), LIMIT))
                                .getNow());
                        long before = dropped(rig);
                        rig.onLoop(() -> {
                            port.send(Unpooled.copyInt(7), 0, destination);
                            port.flush();
                            return null;
                        });
                        DialRig.await(() -> dropped(rig) > before, () -> destination + " by " + led);
                        rig.onLoop(() -> {
                            port.close(CloseReason.FINISHED);
                            return null;
                        });
                    }
                }
            }
            assertThat(received(listener)).isFalse();
            try (DialRig rig = new DialRig(true)) {
                InetSocketAddress destination = new InetSocketAddress(DialRig.LOCAL, listener.getLocalPort());
                DatagramPort port = rig.onLoop(() -> rig.dialer
                        .openDatagrams(rig.request(Network.UDP, destination, LIMIT))
                        .getNow());
                rig.onLoop(() -> {
                    port.send(Unpooled.copyInt(7), 0, destination);
                    port.flush();
                    return null;
                });
                listener.setSoTimeout(10_000);
                assertThat(received(listener)).as("from this host").isTrue();
            }
        }
    }

    /** Each datagram is decided by its own peer, whatever was decided before it. */
    @Test
    void peersThatChange() throws Exception {
        FinalRules rules;
        try (DatagramSocket open = new DatagramSocket(0, DialRig.LOCAL);
                DatagramSocket closed = new DatagramSocket(0, DialRig.LOCAL)) {
            rules = FinalRules.parse(List.of("block port=" + closed.getLocalPort(), "allow"));
            try (DialRig rig = new DialRig(true, AddressPreference.IPV4_FIRST, rules)) {
                InetSocketAddress to = (InetSocketAddress) open.getLocalSocketAddress();
                DatagramPort port = rig.onLoop(() -> rig.dialer
                        .openDatagrams(rig.request(Network.UDP, to, LIMIT))
                        .getNow());
                rig.onLoop(() -> {
                    for (int i = 0; i < 3; i++) {
                        port.send(Unpooled.copyInt(7), 0, to);
                        port.send(Unpooled.copyInt(7), 0, (InetSocketAddress) closed.getLocalSocketAddress());
                    }
                    port.flush();
                    return null;
                });
                open.setSoTimeout(10_000);
                for (int i = 0; i < 3; i++) {
                    assertThat(received(open)).isTrue();
                }
                closed.setSoTimeout(200);
                assertThat(received(closed)).isFalse();
                assertThat(dropped(rig)).isEqualTo(3);
                // Nor does what nobody asked for come in from there.
                TestReceiver taken = new TestReceiver();
                rig.onLoop(() -> {
                    port.receiver(taken);
                    return null;
                });
                int mapped = rig.binder.owned.getLast().getPort();
                closed.send(new DatagramPacket(new byte[4], 4, DialRig.LOCAL, mapped));
                DialRig.await(() -> dropped(rig) == 4, () -> "dropped " + dropped(rig));
                open.send(new DatagramPacket(new byte[4], 4, DialRig.LOCAL, mapped));
                DialRig.await(() -> taken.datagrams.get() == 1, () -> "taken " + taken.datagrams);
            }
        }
    }

    private static final class TestReceiver implements DatagramReceiver {

        final AtomicInteger datagrams = new AtomicInteger();

        @Override
        public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
            payload.release();
            datagrams.incrementAndGet();
        }

        @Override
        public void batchComplete() {}

        @Override
        public void unreachable(InetSocketAddress peer, CloseReason reason) {}
    }

    private static long dropped(DialRig rig) {
        return rig.dialer.counters().get("datagramsDroppedByRule");
    }

    private static ConnectException refusal(DialRig rig, FlowSource source) throws Exception {
        Future<ByteStream> opening = rig.onLoop(() -> rig.dialer.openStream(rig.request(source, LIMIT)));
        assertThat(opening.await(30, TimeUnit.SECONDS)).isTrue();
        if (opening.isSuccess()) {
            opening.getNow().reset();
            return null;
        }
        return (ConnectException) opening.cause();
    }

    private static FlowSource client(Random random, Network network, InetSocketAddress destination) {
        InetSocketAddress away = new InetSocketAddress(InetAddress.ofLiteral("192.168.7.7"), 4_000);
        return switch (random.nextInt(3)) {
            case 0 -> new FlowSource(network, "in", away, destination, Optional.of("user"));
            case 1 -> FlowSource.keyed(network, "in", away, destination, Optional.of("user"));
            default ->
                FlowSource.keyed(
                        network, "in", new InetSocketAddress(DialRig.LOCAL, 4_000), destination, Optional.empty());
        };
    }

    /** What a name has: one to four, of which each is this host's but for one far one here and there. */
    private static List<String> addresses(Random random) {
        List<String> some = new ArrayList<>();
        for (int n = 1 + random.nextInt(3); n > 0; n--) {
            some.add(own(random));
        }
        if (random.nextInt(3) == 0) {
            some.add(FAR);
        }
        return some;
    }

    private static String own(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> "127.0.0.1";
            case 1 -> "127." + random.nextInt(256) + "." + random.nextInt(256) + "." + (1 + random.nextInt(254));
            case 2 -> "0.0.0.0";
            case 3 -> "::1";
            case 4 -> "::";
            default -> "169.254." + random.nextInt(256) + "." + random.nextInt(256);
        };
    }

    private static InetSocketAddress destination(Random random, List<String> led, int port) throws Exception {
        InetAddress address = InetAddress.ofLiteral(own(random));
        return switch (random.nextInt(3)) {
            case 0 -> new InetSocketAddress(address, port);
            case 1 -> new InetSocketAddress(mapped(address), port);
            default ->
                InetSocketAddress.createUnresolved(
                        NAMES[random.nextInt(NAMES.length)].replace("example", random.nextInt(1_000) + ".example"),
                        port);
        };
    }

    /** An IPv4 address as ::ffff:a.b.c.d, which Java keeps as an IPv6 address only if it is made so. */
    private static InetAddress mapped(InetAddress address) throws Exception {
        byte[] octets = address.getAddress();
        if (octets.length == 16) {
            return address;
        }
        byte[] six = new byte[16];
        six[10] = six[11] = (byte) 0xff;
        System.arraycopy(octets, 0, six, 12, 4);
        return Inet6Address.getByAddress(null, six, -1);
    }

    private static int accepted(ServerSocket listener) throws Exception {
        int accepted = 0;
        try {
            while (true) {
                listener.accept().close();
                accepted++;
            }
        } catch (SocketTimeoutException e) {
            return accepted;
        }
    }

    private static boolean received(DatagramSocket listener) throws Exception {
        try {
            listener.receive(new DatagramPacket(new byte[16], 16));
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }
}
