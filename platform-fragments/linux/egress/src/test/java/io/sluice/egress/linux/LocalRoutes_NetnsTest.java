package io.sluice.egress.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.sluice.api.egress.EgressException;
import io.sluice.api.net.IpPrefix;
import io.sluice.api.netmon.NetworkChange;
import io.sluice.api.netmon.NetworkState;
import io.sluice.egress.HostEgressBinder;
import io.sluice.egress.engine.EgressChoice;
import io.sluice.egress.engine.EgressTable;
import io.sluice.egress.spi.NetworkView;
import io.sluice.egress.spi.Way;
import io.sluice.testkit.netns.NetworkNamespace;
import java.lang.annotation.Annotation;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses that a route alone gives the host, of both families, as they come and go. */
@Tag("netns")
@Timeout(120)
class LocalRoutes_NetnsTest {

    private static final int MARK = 0x536c;
    private static final IpPrefix ANY_IP = IpPrefix.parse("198.51.100.0/24");

    private NetworkNamespace host;
    private NetworkNamespace router;
    private HostEgressBinder binder;

    @BeforeEach
    void network() throws Exception {
        NetworkNamespace.unavailable().ifPresent(reason -> {
            System.out.println("skipped: " + reason);
            Assumptions.abort(reason);
        });
        host = NetworkNamespace.create();
        router = NetworkNamespace.create();
        host.link("lan0", "192.168.7.2/24", router, "lan0", "192.168.7.1/24");
        host.exec("ip", "addr", "add", "fd07::2/64", "dev", "lan0", "nodad");
        host.exec("ip", "route", "add", "default", "via", "192.168.7.1");
        host.exec("ip", "route", "add", "default", "via", "fd07::1");
        binder = host.call(() -> new HostEgressBinder(new LinuxEgressBackend(), new Settings()));
    }

    @AfterEach
    void remove() {
        if (host != null) {
            host.close();
            router.close();
        }
    }

    @SuppressWarnings("ClassExplicitlyAnnotation")
    private record Settings() implements HostEgressBinder.Config {
        @Override
        public String $interface() {
            return "auto";
        }

        @Override
        public int mark() {
            return MARK;
        }

        @Override
        public Class<? extends Annotation> annotationType() {
            return HostEgressBinder.Config.class;
        }
    }

    private boolean own(String address) {
        return binder.isHostAddress(InetAddress.ofLiteral(address));
    }

    private void await(String address, boolean own) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (own(address) != own) {
            assertThat(System.nanoTime()).as("%s is own: %s", address, own).isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private List<IpPrefix> view() throws Exception {
        return host.call(() -> HostView.read(MARK)).localRoutes();
    }

    private List<IpPrefix> certain() throws Exception {
        return host.call(() -> HostView.read(MARK)).certain();
    }

    private EgressTable table() throws Exception {
        return new EgressTable(host.call(() -> HostView.read(MARK)), EgressTable.AUTO);
    }

    /** How an outbound's socket goes that wants to be sent by an interface. */
    private EgressChoice byLan(String destination) throws Exception {
        return table().by("lan0", InetAddress.ofLiteral(destination), true);
    }

    /** How one goes that has a mark of its outbound's. */
    private EgressChoice withItsOwnMark(String destination) throws Exception {
        return table().towards(InetAddress.ofLiteral(destination), false);
    }

    @Test
    void ordinaryHost_hasNoneButItsInterfaces() throws Exception {
        assertThat(view()).isEmpty();
        for (String address : List.of("192.168.7.2", "fd07::2", "127.0.0.1", "::1")) {
            assertThat(own(address)).as(address).isTrue();
        }
        for (String address : List.of("192.168.7.1", "192.168.7.255", "fd07::1", "203.0.113.1")) {
            assertThat(own(address)).as(address).isFalse();
        }
    }

    /** A neighbour can make the kernel add such a route by one router advertisement. Java takes what it leads to for IPv4. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "route add unreachable ::ffff:0:0/96",
                "route add ::ffff:0:0/96 dev lan0 proto kernel",
                "route add local ::ffff:0:0/96 dev lo",
                "route add 2001:db8::/48 via ::ffff:192.0.2.1 dev lan0 onlink",
                "address add ::ffff:192.0.2.7/128 dev lan0 nodad",
                "rule add to ::ffff:0:0/96 lookup 77",
                "rule add not from ::ffff:0:0/96 lookup 77"
            })
    void mappedAddress_costsItselfAlone(String command) throws Exception {
        host.exec(("ip -6 " + command).split(" "));
        assertThat(view()).isEmpty();
        host.exec("ip", "route", "add", "local", ANY_IP.toString(), "dev", "lo");
        await("198.51.100.7", true);
        assertThat(own("192.0.2.7")).isFalse();
        assertThat(own("192.168.7.2")).isTrue();
    }

    /** The kernel tells no IFA_ADDRESS then. */
    @Test
    void addressWithoutPeer_isOneOfTheHost() throws Exception {
        host.exec("ip", "address", "add", "10.0.0.1", "peer", "0.0.0.0", "dev", "lan0");
        assertThat(certain()).contains(IpPrefix.parse("10.0.0.1"), IpPrefix.parse("192.168.7.2"));
        await("10.0.0.1", true);
    }

    @ParameterizedTest
    @CsvSource({"198.51.100.0/24, 198.51.100.7, 198.51.101.0", "2001:db8:7::/48, 2001:db8:7::7, 2001:db8:8::"})
    void anyIp_addedAndRemovedWhileRunning(String prefix, String inside, String beside) throws Exception {
        assertThat(own(inside)).isFalse();
        host.exec("ip", "route", "add", "local", prefix, "dev", "lo");
        await(inside, true);
        assertThat(own(beside)).isFalse();
        try (ServerSocket listener = host.call(() -> new ServerSocket(0, 8, InetAddress.ofLiteral("::")));
                Socket client = host.call(() -> new Socket(inside, listener.getLocalPort()))) {
            assertThat(client.isConnected())
                    .as("the kernel takes it for its own")
                    .isTrue();
        }
        host.exec("ip", "route", "delete", "local", prefix, "dev", "lo");
        await(inside, false);
    }

    /** The first address of each network, where the host forwards. */
    @Test
    void anycast_comesAndGoesWithForwarding() throws Exception {
        host.exec("sysctl", "-qw", "net.ipv6.conf.all.forwarding=1");
        assertThat(host.exec("ip", "-6", "route", "show", "table", "local")).contains("anycast fd07::");
        await("fd07::", true);
        assertThat(own("fd07::1")).isFalse();
        host.exec("sysctl", "-qw", "net.ipv6.conf.all.forwarding=0");
        await("fd07::", false);
    }

    /** A table counts from when a rule leads to it. */
    @Test
    void otherTable_countsByItsRule() throws Exception {
        host.exec("ip", "route", "add", "local", ANY_IP.toString(), "dev", "lo", "table", "77");
        assertThat(view()).isEmpty();
        host.exec("ip", "rule", "add", "lookup", "77", "priority", "500");
        await("198.51.100.7", true);
        assertThat(view()).containsExactly(ANY_IP);
        host.exec("ip", "rule", "delete", "priority", "500");
        await("198.51.100.7", false);
    }

    @Test
    void otherTable_onlyByRulesThatMayLeadUsThere() throws Exception {
        host.exec("ip", "route", "add", "local", ANY_IP.toString(), "dev", "lo", "table", "77");
        for (String strange : List.of(
                "fwmark 1",
                "fwmark 0x1/0x1",
                "iif lan0",
                "to 10.9.9.9",
                "not fwmark 0x536c",
                "not fwmark 0x536c iif lo",
                "not iif lo")) {
            assertThat(viewWithRule(strange)).as(strange).isEmpty();
        }
        for (String ours : List.of(
                "fwmark 0x536c",
                "fwmark 0x40/0xc0",
                "iif lo",
                "from 192.168.7.2",
                "to 198.51.100.0/23",
                "not fwmark 1",
                "not to 10.9.9.9",
                "not fwmark 0x536c to 10.9.9.9",
                "not fwmark 0x536c uidrange 1-5")) {
            assertThat(viewWithRule(ours)).as(ours).containsExactly(ANY_IP);
        }
    }

    @Test
    void ruleWithDestination_countsThereOnly() throws Exception {
        host.exec("ip", "route", "add", "local", ANY_IP.toString(), "dev", "lo", "table", "77");
        assertThat(viewWithRule("to 198.51.100.200/25")).containsExactly(IpPrefix.parse("198.51.100.128/25"));
        host.exec("ip", "route", "add", "local", "default", "dev", "lo", "table", "77");
        assertThat(viewWithRule("to 203.0.113.0/24")).containsExactly(IpPrefix.parse("203.0.113.0/24"));
    }

    /** The kernel takes what such a rule names for its own. */
    @Test
    void ruleWithDestination_toLocalDefault() throws Exception {
        String there = "2001:db8:7::7";
        host.exec("ip", "-6", "route", "add", "local", "default", "dev", "lo", "table", "100");
        host.exec("ip", "-6", "rule", "add", "to", "2001:db8:7::/48", "lookup", "100");
        await(there, true);
        assertThat(own("2001:db8:8::")).isFalse();
        try (ServerSocket listener = host.call(() -> new ServerSocket(0, 8, InetAddress.ofLiteral("::")));
                Socket client = host.call(() -> new Socket(there, listener.getLocalPort()))) {
            assertThat(client.isConnected()).isTrue();
        }
    }

    /** The kernel adds that rule with the first VRF; it leads a packet to the table of its socket's VRF, and ours have none. */
    @Test
    void vrfsRule_opensNoOtherTable() throws Exception {
        host.exec("ip", "route", "add", "local", "0.0.0.0/1", "dev", "lo", "table", "77");
        host.exec("ip", "rule", "add", "l3mdev", "priority", "500");
        assertThat(host.exec("ip", "rule")).contains("l3mdev-table");
        assertThat(view()).isEmpty();
    }

    @Test
    void tableLocal_isCertainUntilContradicted() throws Exception {
        host.exec("ip", "route", "add", "local", ANY_IP.toString(), "dev", "lo");
        assertThat(certain())
                .contains(ANY_IP, IpPrefix.parse("192.168.7.2"), IpPrefix.parse("fd07::2"))
                .doesNotContain(IpPrefix.parse("192.168.7.1"));
        assertThat(byLan("198.51.100.7")).isEqualTo(new EgressChoice.Unbound());
        host.exec("ip", "route", "add", "throw", "198.51.100.128/25", "table", "local");
        assertThat(view()).containsExactly(ANY_IP);
        assertThat(certain()).doesNotContain(ANY_IP).contains(IpPrefix.parse("192.168.7.2"));
        assertThat(byLan("198.51.100.200")).isEqualTo(new EgressChoice.Interface("lan0"));
    }

    /** As the manual of VRFs has it (Documentation/networking/vrf.rst). Its rule does not concern a socket that is bound to nothing. */
    private void moveTableLocalBack() {
        for (String family : List.of("-4", "-6")) {
            host.exec("ip", family, "rule", "add", "l3mdev", "priority", "1000");
            host.exec("ip", family, "rule", "add", "lookup", "local", "priority", "32765");
            host.exec("ip", family, "rule", "delete", "lookup", "local", "priority", "0");
        }
    }

    /** Then the rules into our tunnel come first, and they except our mark alone. */
    @ParameterizedTest
    @ValueSource(strings = {"192.168.7.2", "2001:db8:7::7"})
    void tableLocalMovedBack_certainUnlessARuleBeforeItMayApply(String own) throws Exception {
        String family = own.contains(":") ? "-6" : "-4";
        host.exec("ip", "route", "add", "local", "2001:db8:7::/48", "dev", "lo");
        moveTableLocalBack();
        assertThat(byLan(own)).isEqualTo(new EgressChoice.Unbound());
        assertThat(withItsOwnMark(own)).isEqualTo(new EgressChoice.Unbound());
        host.exec("ip", "tuntap", "add", "mode", "tun", "tun0");
        host.exec("ip", "link", "set", "tun0", "up");
        host.exec("ip", family, "route", "add", "default", "dev", "tun0", "table", "2022", "proto", "83");
        String intoTunnel = "ip " + family + " rule add not fwmark 0x536c lookup 2022 protocol 83 priority 9001";
        host.exec(intoTunnel.split(" "));
        assertThat(host.exec("ip", family, "route", "get", own, "mark", "7"))
                .as("where it would go unbound")
                .contains("dev tun0");
        assertThat(withItsOwnMark(own)).isEqualTo(new EgressChoice.Interface("lan0"));
        assertThat(byLan(own)).as("our mark").isEqualTo(new EgressChoice.Unbound());
        host.exec("ip", family, "rule", "add", "fwmark", "0x536c", "lookup", "2022", "priority", "500");
        assertThat(byLan(own)).as("a rule for our mark").isEqualTo(new EgressChoice.Interface("lan0"));
    }

    /** Whether it is local is not known before a longer prefix was looked for: an outbound's socket stays by its interface. */
    @Test
    void otherTable_isNeverCertain() throws Exception {
        host.exec("ip", "route", "add", "local", ANY_IP.toString(), "dev", "lo", "table", "main");
        host.exec("ip", "route", "add", "198.51.100.128/25", "via", "192.168.7.1");
        assertThat(view()).containsExactly(ANY_IP);
        assertThat(certain()).doesNotContain(ANY_IP);
        assertThat(byLan("198.51.100.200")).isEqualTo(new EgressChoice.Interface("lan0"));
        assertThat(byLan("192.168.7.2")).isEqualTo(new EgressChoice.Unbound());
    }

    private List<IpPrefix> viewWithRule(String condition) throws Exception {
        String all = "ip rule add " + condition + " lookup 77 priority 500";
        host.exec(all.split(" "));
        List<IpPrefix> found = view();
        host.exec("ip", "rule", "delete", "priority", "500");
        return found;
    }

    /** TPROXY (Documentation/networking/tproxy.rst): a local route to everything gives no address. */
    @Test
    void transparentProxysTable_givesNothing() throws Exception {
        for (String family : List.of("-4", "-6")) {
            host.exec("ip", family, "rule", "add", "from", "all", "lookup", "100", "priority", "500");
            host.exec("ip", family, "route", "add", "local", "default", "dev", "lo", "table", "100");
        }
        assertThat(host.exec("ip", "-6", "route", "show", "table", "100")).contains("local default");
        assertThat(view()).isEmpty();
        host.exec("ip", "route", "add", "local", ANY_IP.toString(), "dev", "lo");
        await("198.51.100.7", true);
        assertThat(own("203.0.113.1")).isFalse();
        assertThat(own("2001:db8::1")).isFalse();
    }

    /** Routes of other kinds do not come into the view, however many there are. */
    @Test
    void manyRoutes_onlyTheLocalOnes(@TempDir Path folder) throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 100_000; i++) {
            lines.append(
                    "route add 10.%d.%d.%d/32 via 192.168.7.1 table 300%n".formatted(i >> 16, i >> 8 & 255, i & 255));
        }
        lines.append("route add local %s dev lo%n".formatted(ANY_IP));
        Path batch = Files.writeString(folder.resolve("routes"), lines);
        host.exec("ip", "-batch", batch.toString());
        await("198.51.100.7", true);
        assertThat(view()).containsExactly(ANY_IP);
        long begin = System.nanoTime();
        view();
        System.out.println("a view beside 100,000 routes took " + (System.nanoTime() - begin) / 1_000 + " µs");
    }

    /** A router's table: what matters of it is found, wherever the kernel tells it, and the rest makes no objects. */
    @ParameterizedTest
    @CsvSource({"-4, 10.%d.%d.%d/32, 192.168.7.1", "-6, fd10:%x:%x:%x::/64, fd07::1"})
    void manyRoutesInMain_onlyWhatMattersIsTakenApart(String family, String each, String router, @TempDir Path folder)
            throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 100_000; i++) {
            String prefix = each.formatted(i >> 16, i >> 8 & 255, i & 255);
            lines.append("route add %s via %s dev lan0%n".formatted(prefix, router));
        }
        Path batch = Files.writeString(folder.resolve("routes"), lines);
        host.exec("ip", family, "-batch", batch.toString());
        host.exec("ip", "route", "add", "local", ANY_IP.toString(), "dev", "lo");
        host.call(() -> HostView.read(MARK));
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        record Read(NetworkView view, long octets, long nanoseconds) {}
        Read read = host.call(() -> {
            long before = threads.getCurrentThreadAllocatedBytes();
            long begin = System.nanoTime();
            NetworkView view = HostView.read(MARK);
            return new Read(view, threads.getCurrentThreadAllocatedBytes() - before, System.nanoTime() - begin);
        });
        System.out.println(
                "a view of 100,000 routes took " + read.nanoseconds() / 1_000 + " µs and " + read.octets() + " octets");
        assertThat(read.view().decided()).isFalse();
        assertThat(read.view().localRoutes()).containsExactly(ANY_IP);
        assertThat(read.view().ways())
                .hasSizeLessThan(20_000)
                .contains(
                        new Way(IpPrefix.parse("0.0.0.0/0"), "lan0", false, 0),
                        new Way(IpPrefix.parse("192.168.7.0/24"), "lan0", true, 0),
                        new Way(IpPrefix.parse("::/0"), "lan0", false, 1024),
                        new Way(IpPrefix.parse("fd07::/64"), "lan0", true, 256));
        assertThat(read.octets() / 100_000).as("octets a route").isLessThan(600);
    }

    private void addToMain(Path folder, String first, int routes, String line) throws Exception {
        StringBuilder lines = new StringBuilder(first);
        for (int i = 0; i < routes; i++) {
            lines.append("route add fd10:%x:%x::/64 %s%n".formatted(i >> 8, i & 255, line));
        }
        Path batch = Files.writeString(folder.resolve("routes"), lines);
        host.exec("ip", "-6", "-batch", batch.toString());
    }

    /** Routes that are read and left out do not make a table look whole that was cut. */
    @Test
    void tableCutBehindRoutesThatAreLeftOut_isNotDecided(@TempDir Path folder) throws Exception {
        StringBuilder mapped = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            mapped.append("route add unreachable ::ffff:10.%d.0.0/112%n".formatted(i));
        }
        addToMain(folder, mapped.toString(), 4_200, "via fd07::1 dev lan0");
        assertThat(host.call(() -> HostView.read(MARK)).decided()).isFalse();
    }

    /** The kernel tells the default route of IPv6 last. */
    @Test
    void defaultRouteBehindMoreNetworksThanAreKept_isFound(@TempDir Path folder) throws Exception {
        addToMain(folder, "", 8_300, "dev lan0 proto kernel");
        assertThat(host.call(() -> HostView.read(MARK)).ways())
                .hasSizeLessThan(10_000)
                .contains(new Way(IpPrefix.parse("::/0"), "lan0", false, 1024));
        assertThat(table().defaultInterface(true)).contains("lan0");
    }

    /** A local program's flow to such an address goes by no interface, and outlives a change of the interfaces. */
    @Test
    void connection_toSuchAnAddress_isReachedAndStays() throws Exception {
        host.exec("ip", "route", "add", "local", ANY_IP.toString(), "dev", "lo");
        await("198.51.100.7", true);
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        try (ServerSocket listener = host.call(() -> new ServerSocket(0, 8, InetAddress.ofLiteral("0.0.0.0")))) {
            InetSocketAddress there = new InetSocketAddress("198.51.100.7", listener.getLocalPort());
            Channel channel = host.call(() -> new Bootstrap()
                            .group(loops)
                            .channel(EpollSocketChannel.class)
                            .handler(new ChannelInitializer<Channel>() {
                                @Override
                                protected void initChannel(Channel made) throws EgressException {
                                    binder.bind(made, there.getAddress());
                                    made.pipeline().addLast(new ChannelInboundHandlerAdapter());
                                }
                            })
                            .connect(there))
                    .sync()
                    .channel();
            binder.own(channel);
            assertThat(((InetSocketAddress) channel.localAddress()).getAddress())
                    .isEqualTo(there.getAddress());
            NetworkState nothing = new NetworkState(
                    Instant.now().plusSeconds(1),
                    NetworkState.Source.ANNOUNCED,
                    List.of(),
                    Optional.empty(),
                    Optional.empty(),
                    false);
            binder.networkChanged(new NetworkChange(NetworkState.UNKNOWN, nothing, Duration.ZERO));
            loops.submit(() -> {}).sync();
            assertThat(channel.isActive()).isTrue();
            channel.close().sync();
        } finally {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
    }
}
