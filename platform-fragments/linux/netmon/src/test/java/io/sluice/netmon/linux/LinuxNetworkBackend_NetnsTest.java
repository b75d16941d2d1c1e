package io.sluice.netmon.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.net.IpPrefix;
import io.sluice.api.netmon.DefaultRoute;
import io.sluice.api.netmon.HostInterface;
import io.sluice.api.netmon.NetworkState;
import io.sluice.netmon.HostNetworkMonitor;
import io.sluice.netmon.spi.Announcements;
import io.sluice.netmon.spi.NetworkBackend;
import io.sluice.netmon.spi.Reading;
import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The monitor in a namespace with two uplinks, as cables are pulled and leases renewed. Prints how long each change took to be known. */
@Tag("netns")
class LinuxNetworkBackend_NetnsTest {

    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

    private NetworkNamespace host;
    private NetworkNamespace router;
    private NetworkBackend backend;

    @BeforeEach
    void network() throws Exception {
        NetworkNamespace.unavailable().ifPresent(reason -> {
            System.out.println("skipped: " + reason);
            Assumptions.abort(reason);
        });
        host = NetworkNamespace.create();
        router = NetworkNamespace.create();
        host.link("wan0", "192.0.2.10/24", router, "wan0", "192.0.2.1/24");
        host.link("wan1", "198.51.100.10/24", router, "wan1", "198.51.100.1/24");
        host.exec("ip", "route", "add", "default", "via", "192.0.2.1", "metric", "100");
        backend = new InNamespace(host);
    }

    @AfterEach
    void remove() {
        if (host != null) {
            host.close();
            router.close();
        }
    }

    /** The backend, but every socket of its is opened inside the namespace. */
    private record InNamespace(NetworkNamespace namespace) implements NetworkBackend {

        private static final LinuxNetworkBackend REAL = new LinuxNetworkBackend();

        @Override
        public Reading read() throws IOException {
            try {
                return namespace.call(REAL::read);
            } catch (IOException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public Watch watch(Announcements to) throws IOException {
            try {
                return namespace.call(() -> REAL.watch(to));
            } catch (IOException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public Duration uptime() throws IOException {
            return REAL.uptime();
        }
    }

    /** A running monitor and what it has seen. */
    private final class Running implements AutoCloseable {

        private final HostNetworkMonitor monitor = new HostNetworkMonitor(backend);

        void expect(String what, Predicate<NetworkState> wanted, String... command) throws InterruptedException {
            long start = System.nanoTime();
            host.exec(command);
            while (!wanted.test(monitor.state())) {
                assertThat(System.nanoTime() - start)
                        .as(what + ": " + monitor.state())
                        .isLessThan(PATIENCE);
                TimeUnit.MILLISECONDS.sleep(5);
            }
            System.out.printf(
                    "%-28s known after %4d ms: %s%n",
                    what,
                    (System.nanoTime() - start) / 1_000_000,
                    monitor.recent().getLast().summary());
        }

        @Override
        public void close() throws Exception {
            var deactivate = HostNetworkMonitor.class.getDeclaredMethod("deactivate");
            deactivate.setAccessible(true);
            deactivate.invoke(monitor);
        }
    }

    private static Predicate<NetworkState> by(String device, String gateway) {
        return state -> state.default4()
                .filter(r -> r.device().equals(device)
                        && r.gateway().equals(java.util.Optional.of(InetAddress.ofLiteral(gateway))))
                .isPresent();
    }

    /** A neighbour can make the kernel add such a route by one router advertisement. Java takes what it leads to for IPv4. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "route add unreachable ::ffff:0:0/96",
                "route add ::ffff:0:0/96 dev wan0 proto kernel",
                "route add default via ::ffff:192.0.2.1 dev wan0 onlink",
                "address add ::ffff:192.0.2.7/128 dev wan0 nodad"
            })
    void read_mappedAddress_costsItselfAlone(String command) throws Exception {
        host.exec(("ip -6 " + command).split(" "));
        Reading reading = backend.read();
        assertThat(reading.default4())
                .hasValueSatisfying(way -> assertThat(way.device()).isEqualTo("wan0"));
        assertThat(reading.interfaces())
                .filteredOn(i -> i.name().equals("wan0"))
                .singleElement()
                .satisfies(wan0 -> assertThat(wan0.addresses())
                        .contains(IpPrefix.parse("192.0.2.10/24"))
                        .noneMatch(a -> a.address().equals(InetAddress.ofLiteral("192.0.2.7"))));
    }

    @Test
    void changes_ofTheRealKernel_known() throws Exception {
        try (Running running = new Running()) {
            running.expect("start", by("wan0", "192.0.2.1"), "true");
            running.expect(
                    "default by another link",
                    by("wan1", "198.51.100.1"),
                    "ip",
                    "route",
                    "add",
                    "default",
                    "via",
                    "198.51.100.1",
                    "metric",
                    "50");
            running.expect("that link down", by("wan0", "192.0.2.1"), "ip", "link", "set", "wan1", "down");
            running.expect(
                    "new gateway",
                    by("wan0", "192.0.2.254"),
                    "ip",
                    "route",
                    "change",
                    "default",
                    "via",
                    "192.0.2.254",
                    "metric",
                    "100");
            running.expect(
                    "new lease",
                    state -> state.addresses().contains(InetAddress.ofLiteral("192.0.2.77"))
                            && !state.addresses().contains(InetAddress.ofLiteral("192.0.2.10"))
                            && by("wan0", "192.0.2.1").test(state),
                    "sh",
                    "-c",
                    "ip addr add 192.0.2.77/24 dev wan0; ip addr del 192.0.2.10/24 dev wan0;"
                            + " ip addr add 192.0.2.77/24 dev wan0 2>/dev/null;"
                            + " ip route replace default via 192.0.2.1 metric 100");
            running.expect(
                    "IPv4 to IPv6 only",
                    state -> state.default4().isEmpty() && state.default6().isPresent(),
                    "sh",
                    "-c",
                    "ip -6 addr add 2001:db8::10/64 dev wan0 nodad; ip route del default;"
                            + " ip -6 route add default via 2001:db8::1 dev wan0");
            running.expect("no way out", state -> !state.online(), "ip", "link", "del", "wan0");
            assertThat(running.monitor.counters().get("networkChanges")).isGreaterThanOrEqualTo(7);
        }
    }

    @Test
    void carrier_lost_routeUnusable() throws Exception {
        try (Running running = new Running()) {
            running.expect("start", by("wan0", "192.0.2.1"), "true");
            router.exec("ip", "link", "set", "wan0", "down");
            running.expect("cable pulled at the far end", state -> !state.online(), "true");
            router.exec("ip", "link", "set", "wan0", "up");
            running.expect("plugged in again", by("wan0", "192.0.2.1"), "true");
        }
    }

    @Test
    void othersRoutesAndRules_told() throws Exception {
        try (Running running = new Running()) {
            host.exec("ip", "rule", "add", "from", "10.9.9.9", "lookup", "77");
            long start = System.nanoTime();
            while (running.monitor.counters().get("routeUpdates") == 0) {
                assertThat(System.nanoTime() - start).isLessThan(PATIENCE);
                TimeUnit.MILLISECONDS.sleep(5);
            }
            System.out.printf(
                    "another program's rule       told after %4d ms%n", (System.nanoTime() - start) / 1_000_000);
        }
    }

    @Test
    void tunnelOfThisProcess_noWayOut() throws Exception {
        host.exec("ip", "tuntap", "add", "mode", "tun", "name", "tun7");
        host.exec("ip", "link", "set", "tun7", "up");
        host.exec("ip", "route", "add", "default", "dev", "tun7", "metric", "1");
        Reading reading = host.call(KernelReading::read);
        assertThat(reading.interfaces()).extracting(HostInterface::name).contains("tun7");
        assertThat(reading.default4())
                .map(DefaultRoute::device)
                .as("a tun without a program has no carrier")
                .contains("wan0");
    }
}
