package io.sluice.tun.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.sluice.api.net.IpPrefix;
import io.sluice.api.tun.TunConfig;
import io.sluice.api.tun.TunDevice;
import io.sluice.api.tun.TunException;
import io.sluice.api.tun.TunException.Code;
import io.sluice.api.tun.TunQueue;
import io.sluice.testkit.netns.NetworkNamespace;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What opening, adopting and closing does to a real kernel. */
@Tag("netns")
class TunOpening_NetnsTest {

    private static final IpPrefix V4 = IpPrefix.parse("10.66.0.1/24");
    private static final IpPrefix V6 = IpPrefix.parse("fd66::1/64");

    private final LinuxTunBackend backend = new LinuxTunBackend();
    private final AtomicInteger closed = new AtomicInteger();
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
    }

    @AfterEach
    void remove() {
        if (namespace != null) {
            namespace.close();
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    private static TunConfig config(String name, int queues, OptionalInt descriptor, boolean persistent) {
        return new TunConfig(name, 1500, List.of(V4, V6), queues, descriptor, persistent, true);
    }

    private TunDevice open(TunConfig config) throws Exception {
        return namespace.call(() -> backend.open(config, device -> closed.incrementAndGet()));
    }

    private void refused(ThrowingCallable call, Code code, String... words) {
        assertThatThrownBy(call).isInstanceOfSatisfying(TunException.class, e -> {
            System.out.println(e.code() + ": " + e.getMessage());
            assertThat(e.code()).isEqualTo(code);
            assertThat(e.getMessage()).contains(words);
        });
    }

    private boolean exists(String device) {
        return namespace.exec("ip", "-j", "link").contains("\"" + device + "\"");
    }

    @Test
    void open_newName_isUpWithAddressesMtuAndOffload() throws Exception {
        try (TunDevice device = open(config("tsluice", 1, OptionalInt.empty(), false))) {
            System.out.println(namespace.exec("ip", "-d", "addr", "show", "dev", "tsluice"));
            System.out.println(device.offload());
            assertThat(device.name()).isEqualTo("tsluice");
            assertThat(device.ifIndex()).isPositive();
            assertThat(device.offload().checksum()).isTrue();
            assertThat(device.offload().tcp4()).isTrue();
            assertThat(namespace.exec("ip", "addr", "show", "dev", "tsluice"))
                    .contains("mtu 1500", "inet 10.66.0.1/24", "inet6 fd66::1/64", "UP", "qlen 1000")
                    .doesNotContain("fe80", "tentative");
        }
        assertThat(exists("tsluice")).isFalse();
        assertThat(closed).hasValue(1);
    }

    @Test
    void open_noName_kernelChooses() throws Exception {
        try (TunDevice device = open(config("", 1, OptionalInt.empty(), false))) {
            assertThat(device.name()).isEqualTo("tun0");
        }
    }

    @Test
    void open_persistent_staysUntilADeviceThatIsNot() throws Exception {
        open(config("tkeep", 1, OptionalInt.empty(), true)).close();
        assertThat(exists("tkeep")).isTrue();
        TunDevice successor = open(config("tkeep", 1, OptionalInt.empty(), false));
        successor.close();
        assertThat(exists("tkeep")).isFalse();
    }

    /** The process was killed before it could make its renamed device anew. */
    @Test
    void open_addressAtARenamedDeviceThatWeLeft_removesThat() throws Exception {
        open(config("tkeep", 1, OptionalInt.empty(), true)).close();
        namespace.exec("sh", "-c", "ip link set tkeep down; ip link set tkeep name tother; ip link set tother up");
        try (TunDevice device = open(config("tkeep", 1, OptionalInt.empty(), true))) {
            assertThat(exists("tother")).isFalse();
            assertThat(namespace.exec("ip", "addr", "show", "dev", device.name()))
                    .contains("10.66.0.1", "fd66::1");
        }
    }

    @Test
    void open_addressAtARenamedDeviceThatIsInUse_isRefused() throws Exception {
        for (int queues : List.of(1, 2)) {
            try (TunDevice used = open(config("tkeep", queues, OptionalInt.empty(), true))) {
                namespace.exec(
                        "sh", "-c", "ip link set tkeep down; ip link set tkeep name tother; ip link set tother up");
                refused(
                        () -> open(config("tkeep", 1, OptionalInt.empty(), true)),
                        Code.TUN_ADDRESS_REFUSED,
                        "belongs to interface tother");
                assertThat(used.queues()).hasSize(queues);
            }
            namespace.exec("ip", "link", "delete", "tother");
        }
    }

    @Test
    void open_interfaceOfTheAdministrator_staysAndLosesOurAddresses() throws Exception {
        namespace.exec("ip", "tuntap", "add", "mode", "tun", "tadmin");
        TunDevice device = open(config("tadmin", 1, OptionalInt.empty(), false));
        namespace.call(() -> {
            device.close();
            return null;
        });
        assertThat(namespace.exec("ip", "addr", "show", "dev", "tadmin")).doesNotContain("10.66.0.1", "fd66::1");
    }

    @Test
    void open_twoQueues_bothThere() throws Exception {
        try (TunDevice device = open(config("tmulti", 2, OptionalInt.empty(), false))) {
            assertThat(device.queues()).extracting(TunQueue::index).containsExactly(0, 1);
            refused(
                    () -> open(config("tmulti", 2, OptionalInt.empty(), false)),
                    Code.TUN_NAME_IN_USE,
                    "another program");
        }
    }

    @Test
    void open_nameTaken_saysByWhat() throws Exception {
        namespace.exec("ip", "link", "add", "vtaken", "type", "veth", "peer", "name", "vpeer");
        refused(() -> open(config("vtaken", 1, OptionalInt.empty(), false)), Code.TUN_NAME_IN_USE, "veth");
        try (TunDevice first = open(config("tbusy", 1, OptionalInt.empty(), false))) {
            refused(() -> open(config("tbusy", 1, OptionalInt.empty(), false)), Code.TUN_NAME_IN_USE, "in use");
        }
    }

    @Test
    void open_addressElsewhere_refusedAndNothingLeft() throws Exception {
        namespace.exec("ip", "link", "add", "vother", "type", "veth", "peer", "name", "vpeer");
        namespace.exec("ip", "addr", "add", "10.66.0.1/32", "dev", "vother");
        refused(
                () -> open(config("taddr", 1, OptionalInt.empty(), false)),
                Code.TUN_ADDRESS_REFUSED,
                "10.66.0.1",
                "vother");
        assertThat(exists("taddr")).isFalse();
    }

    @Test
    void open_descriptorHandedOver_usedAndNotClosed() throws Exception {
        TunDescriptor given = namespace.call(() -> TunDescriptor.open("tgiven", true, false));
        try (TunDevice device = open(config("", 1, OptionalInt.of(given.fd()), false))) {
            assertThat(device.name()).isEqualTo("tgiven");
            Reflector reflector = new Reflector(device.queues().getFirst());
            device.queues().getFirst().start(loops.next(), reflector).sync();
            namespace.exec("ping", "-c", "2", "-i", "0.2", "-W", "10", "10.66.0.7");
        }
        assertThat(exists("tgiven")).isTrue();
        given.close();
        assertThat(exists("tgiven")).isFalse();
    }

    @Test
    void open_descriptorOfAFile_refused(@TempDir Path directory) throws Exception {
        Path file = Files.createFile(directory.resolve("plain"));
        int fd = TunCalls.open(file.toString(), TunConstants.O_RDWR | TunConstants.O_CLOEXEC);
        refused(() -> open(config("", 1, OptionalInt.of(fd), false)), Code.TUN_BAD_DESCRIPTOR, "ENOTTY");
        TunCalls.close(fd);
        refused(() -> open(config("", 1, OptionalInt.of(999), false)), Code.TUN_BAD_DESCRIPTOR, "EBADF");
    }

    @Test
    void open_withoutRights_saysWhatIsMissing() throws Exception {
        Path output = Files.createTempFile("sluice-tun", ".out");
        Process child = namespace.start(
                output,
                "setpriv",
                "--bounding-set=-net_admin",
                "--inh-caps=-net_admin",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("surefire.real.class.path", System.getProperty("java.class.path"))
                        + File.pathSeparator
                        + System.getProperty("java.class.path"),
                OpenWithoutRights.class.getName());
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        String text = Files.readString(output);
        System.out.print(text);
        Files.delete(output);
        assertThat(text).contains("TUN_NOT_PERMITTED", "CAP_NET_ADMIN");
    }

    @Test
    void device_deletedInUse_failsWithTunGone() throws Exception {
        try (TunDevice device = open(config("tgone", 1, OptionalInt.empty(), false))) {
            Reflector reflector = new Reflector(device.queues().getFirst());
            device.queues().getFirst().start(loops.next(), reflector).sync();
            namespace.exec("ip", "link", "delete", "tgone");
            TunException cause = reflector.failure.get(30, TimeUnit.SECONDS);
            System.out.println(cause.code() + ": " + cause.getMessage());
            assertThat(cause.code()).isEqualTo(Code.TUN_GONE);
        }
    }

    @Test
    void device_changedByAnother_isMended() throws Exception {
        try (TunDevice device = open(config("tmend", 1, OptionalInt.empty(), false))) {
            assertThat(namespace.call(device::mend)).as("nothing was changed").isFalse();
            for (String damage : List.of(
                    "ip link set tmend down",
                    "ip addr flush dev tmend",
                    "ip -4 addr del " + V4 + " dev tmend",
                    "ip link set tmend mtu 1300")) {
                namespace.exec("sh", "-c", damage);
                assertThat(namespace.call(device::mend)).as(damage).isTrue();
                assertThat(namespace.exec("ip", "addr", "show", "tmend"))
                        .as(damage)
                        .contains("mtu 1500", "UP", V4.toString(), "fd66::1/64");
                assertThat(namespace.call(device::mend))
                        .as("again after %s", damage)
                        .isFalse();
            }
            namespace.exec("sh", "-c", "ip link set tmend down; ip link set tmend name tother");
            refused(() -> namespace.call(device::mend), Code.TUN_GONE, "renamed");
        }
    }

    /** Run in a process without CAP_NET_ADMIN. */
    static final class OpenWithoutRights {

        public static void main(String[] args) throws Exception {
            try (TunDevice device =
                    new LinuxTunBackend().open(config("tnever", 1, OptionalInt.empty(), false), gone -> {})) {
                System.out.println("opened " + device.name());
            } catch (TunException e) {
                System.out.println(e.code() + ": " + e.getMessage());
            }
        }
    }
}
