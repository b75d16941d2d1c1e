package io.sluice.testkit.impairment;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.netns.NetworkNamespace;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The kernel's UDP and ping over a relay: what was asked for is what is measured. */
@Tag("netns")
class ImpairmentRelay_NetnsTest {

    private NetworkNamespace left;
    private NetworkNamespace right;

    @BeforeEach
    void make() {
        NetworkNamespace.unavailable().ifPresent(reason -> {
            System.out.println("skipped: " + reason);
            Assumptions.abort(reason);
        });
        left = NetworkNamespace.create();
        right = NetworkNamespace.create();
    }

    @AfterEach
    void remove() {
        if (left != null) {
            left.close();
            right.close();
        }
    }

    private ImpairmentRelay relay(String there, String back) throws Exception {
        return ImpairmentRelay.between(
                left, "10.9.9.1/24", right, "10.9.9.2/24", "path0", Impairment.parse(there), Impairment.parse(back), 1);
    }

    /** Least of pings: load beside this test makes others longer. */
    private double pingMillis() {
        List<Double> times = new ArrayList<>();
        String text = left.exec("ping", "-c", "41", "-i", "0.03", "-W", "10", "10.9.9.2");
        for (String line : text.split("\n")) {
            int at = line.indexOf("time=");
            if (at >= 0) {
                times.add(Double.parseDouble(line.substring(at + 5, line.indexOf(" ms", at))));
            }
        }
        Collections.sort(times);
        System.out.printf("pings: least %.2f ms, median %.2f ms%n", times.getFirst(), times.get(times.size() / 2));
        return times.getFirst();
    }

    @Test
    void delay_isTheRoundTrip() throws Exception {
        try (ImpairmentRelay relay = relay("rate=100mbit delay=10ms", "rate=100mbit delay=15ms")) {
            assertThat(pingMillis()).isBetween(25.0, 40.0);
            assertThat(relay.counters().leftToRight().lost()).isZero();
        }
    }

    @Test
    void blackHole_longPacketsVanishInOneDirection() throws Exception {
        try (ImpairmentRelay relay = relay("mtu=1280", "")) {
            left.exec("ping", "-c", "1", "-W", "10", "-s", "1252", "10.9.9.2");
            right.exec("ping", "-c", "1", "-W", "10", "-s", "1252", "10.9.9.1");
            String told = left.exec("sh", "-c", "ping -c 1 -W 1 -M do -s 1253 10.9.9.2 || true");
            assertThat(told).contains("100% packet loss");
            assertThat(relay.counters().leftToRight().tooLong()).isPositive();
            assertThat(relay.counters().rightToLeft().tooLong()).isZero();
        }
    }

    @Test
    void datagrams_lostDuplicatedDamagedAndOvertaken_asCounted() throws Exception {
        String path = "rate=500mbit queue=1m delay=5ms loss=10% duplicate=5% corrupt=5% reorder=5%";
        try (ImpairmentRelay relay = relay(path, "")) {
            int sent = 4_000;
            List<Integer> received = datagrams(sent);
            RelayCounters.Direction counters = relay.counters().leftToRight();
            assertThat(counters.offered()).isGreaterThanOrEqualTo(sent);
            assertThat(counters.lost()).isBetween(300L, 500L);
            assertThat(counters.duplicated()).isBetween(100L, 260L);
            assertThat(counters.corrupted()).isBetween(100L, 260L);
            assertThat(counters.queueFull() + counters.overflow()).isZero();
            // A flipped bit is found by the kernel's IP or UDP checksum.
            assertThat((long) received.size())
                    .isBetween(
                            sent - counters.lost() + counters.duplicated() - 2 * counters.corrupted(),
                            sent - counters.lost() + counters.duplicated());
            assertThat(received).isNotEqualTo(received.stream().sorted().toList());
        }
    }

    private List<Integer> datagrams(int count) throws Exception {
        List<Integer> received = new CopyOnWriteArrayList<>();
        try (DatagramSocket in = right.call(() -> new DatagramSocket(new InetSocketAddress("10.9.9.2", 9)));
                DatagramSocket out = left.call(() -> new DatagramSocket())) {
            in.setReceiveBufferSize(1 << 20);
            Thread sender = Thread.ofPlatform().start(() -> send(out, count, received));
            in.setSoTimeout(2_000);
            DatagramPacket packet = new DatagramPacket(new byte[100], 100);
            boolean over = false;
            while (!over) {
                boolean sent = !sender.isAlive();
                try {
                    in.receive(packet);
                    received.add(ByteBuffer.wrap(packet.getData()).getInt());
                } catch (SocketTimeoutException e) {
                    over = sent;
                }
            }
        }
        return received;
    }

    /** Never so far ahead of what has come that a queue on the way overflows: of a hundred that are sent, ninety come. */
    private static void send(DatagramSocket socket, int count, List<Integer> received) {
        try {
            InetAddress far = InetAddress.ofLiteral("10.9.9.2");
            for (int i = 0; i < count; i++) {
                byte[] payload = ByteBuffer.allocate(100).putInt(i).array();
                socket.send(new DatagramPacket(payload, payload.length, far, 9));
                while (received.size() < i * 85 / 100 - 100) {
                    TimeUnit.MILLISECONDS.sleep(1);
                }
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void closed_bothDevicesGone() throws Exception {
        relay("", "").close();
        assertThat(left.exec("ip", "link")).doesNotContain("path0");
        assertThat(right.exec("ip", "link")).doesNotContain("path0");
    }
}
