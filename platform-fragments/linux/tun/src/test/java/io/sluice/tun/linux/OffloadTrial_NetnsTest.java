package io.sluice.tun.linux;

import static io.sluice.tun.linux.TunConstants.TUN_F_CSUM;
import static io.sluice.tun.linux.TunConstants.TUN_F_TSO4;
import static io.sluice.tun.linux.TunConstants.TUN_F_TSO6;
import static io.sluice.tun.linux.TunConstants.TUN_F_TSO_ECN;
import static io.sluice.tun.linux.TunConstants.TUN_F_USO4;
import static io.sluice.tun.linux.TunConstants.TUN_F_USO6;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.killswitch.KillSwitchStatus;
import io.sluice.api.killswitch.OwnTraffic;
import io.sluice.api.net.IpPrefix;
import io.sluice.api.tun.PacketHandler;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.Segmentation;
import io.sluice.api.tun.TunConfig;
import io.sluice.api.tun.TunDevice;
import io.sluice.api.tun.TunException;
import io.sluice.killswitch.engine.Allowance;
import io.sluice.killswitch.engine.FilterPlan;
import io.sluice.killswitch.linux.NftFirewallBackend;
import io.sluice.testkit.netns.NetworkNamespace;
import java.io.File;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** The trial of offloads on a real kernel, and what it does to everything beside it. */
@Tag("netns")
class OffloadTrial_NetnsTest {

    private static final int USO = TUN_F_USO4 | TUN_F_USO6;
    private static final int WITHOUT_USO = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;

    /** What a kill switch that is closed amounts to, and more; it counts packets of the trial first. */
    private static final String CLOSED = """
            table inet closed {
              chain seen { type filter hook prerouting priority raw; policy drop;
                ip saddr 233.252.0.53 counter; ip6 saddr ff3e:20:2001:db8::35 counter; }
              chain in { type filter hook input priority 0; policy drop; }
              chain forth { type filter hook forward priority 0; policy drop; }
              chain sent { type filter hook output priority raw; policy drop;
                ip saddr 233.252.0.53 counter; ip6 saddr ff3e:20:2001:db8::35 counter; }
              chain left { type filter hook postrouting priority 300; policy drop; }
            }
            """;

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private NetworkNamespace namespace;
    private EventLoopGroup loops;

    @BeforeEach
    void namespace() {
        NetworkNamespace.unavailable().ifPresent(reason -> {
            System.out.println("skipped: " + reason);
            Assumptions.abort(reason);
        });
        namespace = NetworkNamespace.create();
        loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        logger().setLevel(Level.DEBUG);
        log.start();
        logger().addAppender(log);
    }

    @AfterEach
    void remove() {
        logger().detachAppender(log);
        if (namespace != null) {
            namespace.close();
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(OffloadCheck.class);
    }

    private List<String> lines(Level level) {
        return log.list.stream()
                .filter(line -> line.getLevel() == level)
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    private TunDevice open(OffloadCheck.Wires wires, int queues, OptionalInt descriptor) throws Exception {
        TunConfig config = new TunConfig(
                descriptor.isPresent() ? "" : "ttry",
                1280,
                List.of(IpPrefix.parse("10.66.0.1/24")),
                queues,
                descriptor,
                false,
                true);
        return namespace.call(() -> new LinuxTunBackend(new OffloadCheck(wires)).open(config, gone -> {}));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void thisKernel_closedFirewall_everythingTriedAndNothingSeen(int withoutIpv6) throws Exception {
        for (String which : List.of("all", "default")) {
            namespace.exec("sysctl", "-qw", "net.ipv6.conf." + which + ".disable_ipv6=" + withoutIpv6);
        }
        namespace.exec("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
        Path rules = Files.createTempFile("sluice", ".nft");
        Files.writeString(rules, CLOSED);
        namespace.exec("nft", "-f", rules.toString());
        Files.delete(rules);
        for (int queues : new int[] {1, 2}) {
            try (TunDevice device = open(KernelWire::new, queues, OptionalInt.empty())) {
                assertThat(device.offload().tcp4() && device.offload().tcp6()).isTrue();
            }
        }
        System.out.println(lines(Level.DEBUG));
        assertThat(lines(Level.DEBUG)).hasSize(2);
        assertThat(lines(Level.WARN)).as("faults").isEmpty();
        assertThat(lines(Level.INFO)).as("untried").isEmpty();
        assertThat(namespace.exec("nft", "list", "table", "inet", "closed"))
                .contains("counter packets 0 bytes 0")
                .doesNotContainPattern("counter packets [1-9]");
    }

    /** Says that it can do USO, lets the kernel have no such thing and loses what is written. */
    private static final class LyingWire implements TrialWire {

        private final KernelWire kernel;

        LyingWire(List<TunDescriptor> descriptors, int index) throws IOException {
            kernel = new KernelWire(descriptors, index);
            kernel.features(WITHOUT_USO);
        }

        @Override
        public void features(int features) throws IOException {
            kernel.features(features & ~USO);
        }

        @Override
        public Optional<String> write(TrialFrame frame) throws IOException {
            PacketOffload offload = new PacketOffload();
            return frame.read(offload) && offload.segmentation == Segmentation.UDP
                    ? Optional.empty()
                    : kernel.write(frame);
        }

        @Override
        public void transmit(TrialFrame frame) throws IOException {
            kernel.transmit(frame);
        }

        @Override
        public Optional<TrialFrame> received(long nanos) throws IOException {
            return kernel.received(nanos);
        }

        @Override
        public Optional<TrialFrame> sent(long nanos) throws IOException {
            return kernel.sent(nanos);
        }

        @Override
        public void close() {
            kernel.close();
        }
    }

    @Test
    void kernelThatLies_noticedAndSwitchedOff() throws Exception {
        try (TunDevice device = open(LyingWire::new, 1, OptionalInt.empty())) {
            Assumptions.assumeFalse(lines(Level.WARN).isEmpty(), "this kernel claims no USO (Linux 6.2)");
            System.out.println(lines(Level.WARN));
            assertThat(lines(Level.WARN))
                    .singleElement()
                    .asString()
                    .contains("ttry works without USO4", "lost on its way into the kernel");
            assertThat(device.offload().udp()).isFalse();
            assertThat(device.offload().tcp4() && device.offload().tcp6()).isTrue();
            Received received = new Received();
            device.queues().getFirst().start(loops.next(), received).sync();
            // 30,000 octets in one send with UDP_SEGMENT (SOL_UDP 17, option 103) = 1000
            namespace.exec(
                    "python3",
                    "-c",
                    "import socket; s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); s.setsockopt(17,103,1000);"
                            + " s.sendto(b'x'*30000,('10.66.0.2',7001))");
            for (int i = 0; i < 30; i++) {
                assertThat(received.next()).as("datagram %d", i).isEqualTo("NONE 1028");
            }
        }
    }

    /** In lockdown the guard stands at a device that is there already, until the tunnel is connected. */
    @Test
    void ourGuardAtTheInterface_everythingTriedAndOthersStillHeldBack() throws Exception {
        namespace.exec("ip", "tuntap", "add", "mode", "tun", "ttry");
        NftFirewallBackend guard = new NftFirewallBackend();
        namespace.call(() -> {
            guard.set(FilterPlan.of(new FirewallPolicy.Connecting(OwnTraffic.NONE, List.of()), Allowance.NONE, true));
            return null;
        });
        try (TunDevice device = open(KernelWire::new, 1, OptionalInt.empty())) {
            assertThat(guard.limitations()).isEmpty();
            assertThat(namespace.exec("nft", "list", "ruleset")).contains("hook egress device \"ttry\"");
            assertThat(lines(Level.INFO)).as("untried").isEmpty();
            assertThat(lines(Level.WARN)).as("faults").isEmpty();
            assertThat(device.offload().tcp4() && device.offload().tcp6()).isTrue();
            assertThat(dropped(guard)).as("of the trial").isZero();
            namespace.exec("python3", "-c", PAST_THE_FILTERS);
            assertThat(dropped(guard)).as("another program's packet").isEqualTo(1);
        } finally {
            guard.deactivate();
        }
    }

    /** A packet socket without a mark; what is dropped is told as ENOBUFS. */
    private static final String PAST_THE_FILTERS = """
            import socket
            s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
            try: s.sendto(bytes([69]) + bytes(19), ('ttry', 0x800))
            except OSError as e: print(e)
            """;

    private static long dropped(NftFirewallBackend guard) throws Exception {
        return guard.counters().stream()
                .filter(drops -> drops.kind().equals("guard"))
                .mapToLong(KillSwitchStatus.Drops::packets)
                .sum();
    }

    /** By the queue discipline that net.core.default_qdisc=cake gives every device, and by what takes TSO from a device for good. */
    @ParameterizedTest
    @ValueSource(strings = {"tc qdisc replace dev ttry root cake", "ethtool -K ttry sg off"})
    void cutBeforeTheDevice_worksAllTheSame(String tuning) throws Exception {
        namespace.exec("ip", "tuntap", "add", "mode", "tun", "ttry");
        try {
            namespace.exec("sh", "-c", tuning);
        } catch (IllegalStateException e) {
            Assumptions.abort(e.getMessage());
        }
        try (TunDevice device = open(KernelWire::new, 1, OptionalInt.empty())) {
            assertThat(lines(Level.WARN)).isEmpty();
            assertThat(lines(Level.INFO)).isEmpty();
            assertThat(device.offload().tcp4() && device.offload().tcp6()).isTrue();
        }
    }

    @Test
    void packetsThatWaitAlready_allReachTheReaderInOrder() throws Exception {
        TunDescriptor given = namespace.call(() -> TunDescriptor.open("tlive", true, false));
        namespace.exec("sh", "-c", "ip addr add 10.66.0.1/24 dev tlive; ip link set tlive mtu 1280 up");
        DatagramSocket client = namespace.call(() -> new DatagramSocket());
        for (int i = 1; i <= 100; i++) {
            client.send(new DatagramPacket(new byte[i], i, InetAddress.getByName("10.66.0.2"), 7001));
        }
        client.close();
        try (TunDevice device = open(KernelWire::new, 1, OptionalInt.of(given.fd()))) {
            assertThat(lines(Level.DEBUG)).as("tried").hasSize(1);
            assertThat(lines(Level.INFO)).isEmpty();
            Received received = new Received();
            device.queues().getFirst().start(loops.next(), received).sync();
            for (int i = 1; i <= 100; i++) {
                assertThat(received.next()).isEqualTo("NONE " + (28 + i));
            }
        } finally {
            given.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "tc qdisc replace dev ttry root blackhole, 200 ms",
        "nft add table netdev guard; nft \"add chain netdev guard exit"
                + " { type filter hook egress device ttry priority 0; policy drop; }\", ENOBUFS"
    })
    void somethingSwallowsAtTheInterface_inTimeAndTheKernelsWordTaken(String obstacle, String why) throws Exception {
        namespace.exec("ip", "tuntap", "add", "mode", "tun", "ttry");
        namespace.exec("sh", "-c", obstacle);
        long begin = System.nanoTime();
        try (TunDevice device = open(KernelWire::new, 1, OptionalInt.empty())) {
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
            System.out.println(millis + " ms: " + lines(Level.INFO));
            assertThat(device.offload().tcp4()).isTrue();
            assertThat(lines(Level.WARN)).isEmpty();
            assertThat(lines(Level.INFO)).singleElement().asString().contains(why);
            assertThat(millis).as("a busy machine included").isLessThan(3_000L);
        }
    }

    @Test
    void withoutTheRightToTry_opensAndSaysSo() throws Exception {
        Path output = Files.createTempFile("sluice-tun", ".out");
        Process child = namespace.start(
                output,
                "setpriv",
                "--bounding-set=-net_raw",
                "--inh-caps=-net_raw",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("surefire.real.class.path", System.getProperty("java.class.path"))
                        + File.pathSeparator
                        + System.getProperty("java.class.path"),
                OpenUntried.class.getName());
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        String text = Files.readString(output);
        System.out.print(text);
        Files.delete(output);
        assertThat(text).contains("tried with packets: a packet socket cannot be had: EPERM", "opened traw");
    }

    /** Run in a process without CAP_NET_RAW. */
    static final class OpenUntried {

        public static void main(String[] args) throws Exception {
            logger().setLevel(Level.DEBUG);
            TunConfig config = new TunConfig("traw", 1500, List.of(), 1, OptionalInt.empty(), false, true);
            try (TunDevice device = new LinuxTunBackend().open(config, gone -> {})) {
                System.out.println("opened " + device.name() + " " + device.offload());
            }
        }
    }

    /** Keeps how every packet of IPv4 from the host came. */
    private static final class Received implements PacketHandler {

        private final BlockingQueue<String> packets = new LinkedBlockingQueue<>();

        String next() throws InterruptedException {
            return packets.poll(30, TimeUnit.SECONDS);
        }

        @Override
        public void packet(ByteBuf packet, PacketOffload offload) {
            Segmentation segmentation = offload.segmentation;
            if (packet.getByte(packet.readerIndex()) == 0x45) {
                packets.add(segmentation + " " + packet.readableBytes());
            }
        }

        @Override
        public void batchComplete() {}

        @Override
        public void writable() {}

        @Override
        public void failed(TunException cause) {}
    }
}
