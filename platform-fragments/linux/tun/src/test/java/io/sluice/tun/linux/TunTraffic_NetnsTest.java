package io.sluice.tun.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.sluice.api.net.IpPrefix;
import io.sluice.api.tun.PacketHandler;
import io.sluice.api.tun.TunConfig;
import io.sluice.api.tun.TunDevice;
import io.sluice.api.tun.TunQueue;
import io.sluice.testkit.netns.NetworkNamespace;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real kernel TCP, UDP and ICMP through queues on a real epoll loop. */
@Tag("netns")
class TunTraffic_NetnsTest {

    private final LinuxTunBackend backend = new LinuxTunBackend();
    private final List<TunDevice> devices = new ArrayList<>();
    private NetworkNamespace left;
    private NetworkNamespace right;
    private EventLoopGroup loops;

    @BeforeEach
    void namespaces() {
        NetworkNamespace.unavailable().ifPresent(reason -> {
            System.out.println("skipped: " + reason);
            Assumptions.abort(reason);
        });
        left = NetworkNamespace.create();
        right = NetworkNamespace.create();
        loops = new MultiThreadIoEventLoopGroup(2, EpollIoHandler.newFactory());
    }

    @AfterEach
    void remove() {
        devices.forEach(TunDevice::close);
        if (left != null) {
            left.close();
            right.close();
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    private TunDevice open(NetworkNamespace namespace, String v4, String v6, int queues, boolean offload)
            throws Exception {
        TunDevice device = namespace.call(() -> backend.open(
                new TunConfig(
                        "tsluice",
                        1500,
                        List.of(IpPrefix.parse(v4), IpPrefix.parse(v6)),
                        queues,
                        OptionalInt.empty(),
                        false,
                        offload),
                gone -> {}));
        devices.add(device);
        return device;
    }

    private Forwarder[] wire(boolean offload) throws Exception {
        TunQueue a =
                open(left, "10.67.0.1/24", "fd67::1/64", 1, offload).queues().getFirst();
        TunQueue b =
                open(right, "10.67.0.2/24", "fd67::2/64", 1, offload).queues().getFirst();
        EventLoop loop = loops.next();
        Forwarder there = new Forwarder(b);
        Forwarder back = new Forwarder(a);
        a.start(loop, there).sync();
        b.start(loop, back).sync();
        return new Forwarder[] {there, back};
    }

    @Test
    void echo_bothFamilies_answered() throws Exception {
        TunDevice device = open(left, "10.67.0.1/24", "fd67::1/64", 1, true);
        device.queues()
                .getFirst()
                .start(loops.next(), new Reflector(device.queues().getFirst()))
                .sync();
        assertThat(left.exec("ping", "-c", "5", "-i", "0.2", "-W", "10", "10.67.0.9"))
                .contains(" 0% packet loss");
        assertThat(left.exec("ping", "-6", "-c", "5", "-i", "0.2", "-W", "10", "fd67::9"))
                .contains(" 0% packet loss");
        assertThat(left.exec("ping", "-c", "2", "-i", "0.2", "-s", "1400", "-W", "10", "10.67.0.9"))
                .contains(" 0% packet loss");
        assertThat(device.counters().rxPackets()).isGreaterThanOrEqualTo(12);
        assertThat(device.counters().rxErrors()).isZero();
    }

    @Test
    void stopAndStart_otherLoop_goesOn() throws Exception {
        TunDevice device = open(left, "10.67.0.1/24", "fd67::1/64", 1, true);
        TunQueue queue = device.queues().getFirst();
        for (int i = 0; i < 20; i++) {
            queue.start(loops.next(), new Reflector(queue));
            queue.stop();
        }
        queue.start(loops.next(), new Reflector(queue)).sync();
        assertThat(left.exec("ping", "-c", "2", "-i", "0.2", "-W", "10", "10.67.0.9"))
                .contains(" 0% packet loss");
    }

    @Test
    void tcp_bothFamilies_intactInSuperPackets() throws Exception {
        Forwarder[] forwarders = wire(true);
        transfer("10.67.0.2", 64 << 20);
        transfer("fd67::2", 64 << 20);
        System.out.println("super-packets seen: " + forwarders[0].tcpSuperPackets + " of " + forwarders[0].packets);
        assertThat(forwarders[0].tcpSuperPackets).isGreaterThan(100);
        assertThat(devices).allSatisfy(device -> {
            System.out.println(device.counters());
            assertThat(device.counters().rxErrors()).isZero();
            assertThat(device.counters().txErrors()).isZero();
        });
        assertThat(right.exec("nstat", "-az", "TcpInCsumErrors")).containsPattern("TcpInCsumErrors +0 ");
    }

    @Test
    void tcp_withoutOffload_intactInMtuPackets() throws Exception {
        Forwarder[] forwarders = wire(false);
        transfer("10.67.0.2", 16 << 20);
        assertThat(forwarders[0].tcpSuperPackets).isZero();
    }

    @Test
    void udp_segmentOffload_oneSuperPacketManyDatagrams() throws Exception {
        Forwarder[] forwarders = wire(true);
        Assumptions.assumeTrue(devices.getFirst().offload().udp(), "this kernel has no USO (Linux 6.2)");
        CompletableFuture<Integer> received = new CompletableFuture<>();
        DatagramSocket sink = right.call(() -> new DatagramSocket(7001, InetAddress.getByName("10.67.0.2")));
        Thread.ofPlatform().daemon().start(() -> {
            int count = 0;
            try {
                sink.setSoTimeout(30_000);
                byte[] buffer = new byte[2000];
                while (count < 30) {
                    DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                    sink.receive(packet);
                    if (packet.getLength() != 1000) {
                        break;
                    }
                    count++;
                }
            } catch (java.io.IOException e) {
                System.out.println("after " + count + " datagrams: " + e);
            }
            received.complete(count);
        });
        // 30,000 octets in one send with UDP_SEGMENT (SOL_UDP 17, option 103) = 1000
        left.exec(
                "python3",
                "-c",
                "import socket; s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); s.setsockopt(17,103,1000);"
                        + " s.sendto(b'x'*30000,('10.67.0.2',7001))");
        assertThat(received.get(60, TimeUnit.SECONDS)).isEqualTo(30);
        sink.close();
        assertThat(forwarders[0].udpSuperPackets).isEqualTo(1);
    }

    @Test
    void queues_manyFlows_spread() throws Exception {
        TunDevice device = open(left, "10.67.0.1/24", "fd67::1/64", 2, true);
        TunDevice far = open(right, "10.67.0.2/24", "fd67::2/64", 2, true);
        Forwarder[] there = new Forwarder[2];
        for (int i = 0; i < 2; i++) {
            EventLoop loop = loops.next();
            there[i] = new Forwarder(far.queues().get(i));
            PacketHandler back = new Forwarder(device.queues().get(i));
            device.queues().get(i).start(loop, there[i]).sync();
            far.queues().get(i).start(loop, back).sync();
        }
        for (int i = 0; i < 16; i++) {
            transfer("10.67.0.2", 1 << 20);
        }
        System.out.println("packets by queue: " + there[0].packets + ", " + there[1].packets);
        assertThat(there[0].packets).isPositive();
        assertThat(there[1].packets).isPositive();
    }

    @Test
    void iperf3_figure(@TempDir Path directory) throws Exception {
        Forwarder[] forwarders = wire(true);
        Process server = right.start(directory.resolve("server"), "iperf3", "-s", "-1");
        CompletableFuture<Void> listening = new CompletableFuture<>();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!right.exec("ss", "-ltn").contains(":5201")) {
            assertThat(System.nanoTime()).as("iperf3 server listens").isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(20);
        }
        listening.complete(null);
        long cpu = cpuNanos();
        String result = left.exec("iperf3", "-c", "10.67.0.2", "-t", "2", "-f", "g");
        double seconds = (cpuNanos() - cpu) / 1e9;
        server.waitFor(30, TimeUnit.SECONDS);
        System.out.println("TUN to TUN, one loop, one stream: "
                + result.lines()
                        .filter(line -> line.contains("receiver"))
                        .findFirst()
                        .orElse("?"));
        System.out.printf(
                "this process used %.2f CPU s; super-packets %d of %d%n",
                seconds, forwarders[0].tcpSuperPackets, forwarders[0].packets);
        assertThat(Files.readString(directory.resolve("server"))).contains("receiver");
    }

    private static long cpuNanos() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
    }

    /** Sends pseudo-random octets over TCP and compares checksums. */
    private void transfer(String server, int length) throws Exception {
        ServerSocket listener = right.call(() -> new ServerSocket(0, 8, InetAddress.getByName(server)));
        CompletableFuture<Long> arrived = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            CRC32 crc = new CRC32();
            byte[] buffer = new byte[1 << 16];
            try (Socket socket = listener.accept();
                    InputStream in = socket.getInputStream()) {
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    crc.update(buffer, 0, n);
                }
                arrived.complete(crc.getValue());
            } catch (java.io.IOException e) {
                arrived.completeExceptionally(e);
            }
        });
        CRC32 crc = new CRC32();
        Random random = new Random(length);
        byte[] block = new byte[1 << 18];
        Socket socket = left.call(() -> new Socket(InetAddress.getByName(server), listener.getLocalPort()));
        try (socket;
                OutputStream out = socket.getOutputStream()) {
            for (int sent = 0; sent < length; sent += block.length) {
                random.nextBytes(block);
                crc.update(block);
                out.write(block);
            }
        }
        assertThat(arrived.get(60, TimeUnit.SECONDS)).isEqualTo(crc.getValue());
        listener.close();
    }
}
