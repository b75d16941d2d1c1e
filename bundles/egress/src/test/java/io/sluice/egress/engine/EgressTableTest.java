package io.sluice.egress.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.net.IpPrefix;
import io.sluice.egress.spi.NetworkView;
import io.sluice.egress.spi.Way;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EgressTableTest {

    private static final List<Way> WAYS = List.of(
            way("0.0.0.0/0", "wlan0", 600),
            way("0.0.0.0/0", "eth0", 100),
            way("0.0.0.0/0", "tun0", 0),
            way("128.0.0.0/1", "tun0", 0),
            onLink("192.168.7.0/24", "eth0"),
            onLink("10.66.0.0/24", "tun0"),
            way("172.16.0.0/12", "vpn1", 0),
            way("198.51.100.0/24", "", 0),
            onLink("fd07::/64", "eth0"),
            way("::/0", "eth0", 1024));

    private static final List<IpPrefix> LOCAL_ROUTES = Stream.of(
                    "192.0.2.128/25", "192.0.2.7/32", "2001:db8:7::/48", "fd07::/128")
            .map(IpPrefix::parse)
            .toList();

    /** Of a route that another one may contradict, one of them inside of the tunnel's network. */
    private static final List<IpPrefix> UNCERTAIN =
            Stream.of("203.0.113.128/25", "10.66.0.128/25").map(IpPrefix::parse).toList();

    private static final Set<InetAddress> ADDRESSES = Set.of(address("192.168.7.2"), address("10.66.0.1"));

    /** What the table local says: of interfaces, and by routes alone. */
    private static final List<IpPrefix> CERTAIN = Stream.concat(
                    LOCAL_ROUTES.stream(), ADDRESSES.stream().map(address -> new IpPrefix(address, 32)))
            .toList();

    private static Way way(String prefix, String device, long metric) {
        return new Way(IpPrefix.parse(prefix), device, false, metric);
    }

    private static Way onLink(String prefix, String device) {
        return new Way(IpPrefix.parse(prefix), device, true, 0);
    }

    private static EgressTable table(List<Way> ways, boolean decided, String wanted) {
        return table(ways, CERTAIN, CERTAIN, decided, wanted);
    }

    private static EgressTable table(
            List<Way> ways, List<IpPrefix> certain, List<IpPrefix> certainMarked, boolean decided, String wanted) {
        return new EgressTable(
                new NetworkView(
                        ways,
                        ADDRESSES,
                        Stream.concat(LOCAL_ROUTES.stream(), UNCERTAIN.stream()).toList(),
                        certain,
                        certainMarked,
                        Map.of("eth0", 2, "wlan0", 3, "tun0", 9),
                        Set.of("tun0"),
                        decided),
                wanted);
    }

    private static InetAddress address(String text) {
        return InetAddress.ofLiteral(text);
    }

    private static String choice(EgressChoice choice) {
        return switch (choice) {
            case EgressChoice.Unbound u -> "unbound";
            case EgressChoice.Interface(String name) -> name;
            case EgressChoice.Refused(String reason) -> "refused: " + reason;
        };
    }

    @ParameterizedTest
    @CsvSource({
        "203.0.113.1, eth0",
        "192.168.7.9, eth0",
        "172.20.0.1, vpn1",
        "2001:db8::1, eth0",
        "127.0.0.1, unbound",
        "::1, unbound",
        "192.168.7.2, unbound",
        "10.66.0.1, unbound",
        "192.0.2.200, unbound",
        "192.0.2.7, unbound",
        "192.0.2.8, eth0",
        "2001:db8:7::1, unbound",
        "fd07::, unbound",
        "10.66.0.9, refused: 10.66.0.9 is inside the network of our own interface tun0",
        "198.51.100.1, refused: the host's routes refuse 198.51.100.1 (198.51.100.0/24)"
    })
    void towards_byRoutes_isTheKernelsWayWithoutTheTunnel(String destination, String expected) {
        assertThat(choice(table(WAYS, true, EgressTable.AUTO).towards(address(destination), true)))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.9, true, false",
        "192.168.7.2, true, false",
        "192.168.7.3, false, false",
        "192.0.2.127, false, false",
        "192.0.2.128, true, true",
        "192.0.2.255, true, true",
        "192.0.2.7, true, true",
        "192.0.2.6, false, false",
        "2001:db8:6:ffff:ffff:ffff:ffff:ffff, false, false",
        "2001:db8:7::, true, true",
        "2001:db8:7:ffff:ffff:ffff:ffff:ffff, true, true",
        "2001:db8:8::, false, false",
        "fd07::, true, true",
        "fd07::1, false, false"
    })
    void isLocal_interfacesAndLocalRoutes(String asked, boolean own, boolean byRoute) {
        EgressTable table = table(WAYS, true, EgressTable.AUTO);
        assertThat(table.isLocal(address(asked))).isEqualTo(own);
        assertThat(table.isLocalByRoute(address(asked))).isEqualTo(byRoute);
    }

    /** A client must not reach it; a socket is left to the kernel only where our mark alone is wanted. */
    @Test
    void uncertainlyLocal_isLocalButBoundWhereAnInterfaceOrMarkIsWanted() {
        InetAddress uncertain = address("203.0.113.200");
        EgressTable table = table(WAYS, true, EgressTable.AUTO);
        assertThat(table.isLocal(uncertain)).isTrue();
        assertThat(table.isLocalByRoute(uncertain)).isTrue();
        assertThat(choice(table.towards(uncertain, true))).isEqualTo("unbound");
        assertThat(choice(table.towards(uncertain, false)))
                .as("without our mark it might come back by the tunnel")
                .isEqualTo("eth0");
        assertThat(choice(table.by("wlan0", uncertain, true))).isEqualTo("wlan0");
        assertThat(choice(table(WAYS, true, "wlan0").towards(uncertain, true))).isEqualTo("wlan0");
        assertThat(choice(table.towards(address("10.66.0.200"), true))).startsWith("refused");
        for (String certain : List.of("192.0.2.200", "192.168.7.2", "127.0.0.1")) {
            assertThat(choice(table.by("wlan0", address(certain), false)))
                    .as(certain)
                    .isEqualTo("unbound");
            assertThat(choice(table.towards(address(certain), false)))
                    .as(certain)
                    .isEqualTo("unbound");
        }
    }

    /** The rules into the tunnel come before the table local: they do not apply to our mark. */
    @ParameterizedTest
    @CsvSource({
        "192.0.2.200, unbound, eth0",
        "192.168.7.2, unbound, eth0",
        "10.66.0.1, unbound, refused: 10.66.0.1 is inside the network of our own interface tun0",
        "127.0.0.1, unbound, unbound"
    })
    void localAfterTheTunnelsRules_certainForOurMarkAlone(String own, String marked, String other) {
        EgressTable table = table(WAYS, List.of(), CERTAIN, false, EgressTable.AUTO);
        assertThat(choice(table.towards(address(own), true))).isEqualTo(marked);
        assertThat(choice(table.towards(address(own), false))).isEqualTo(other);
        assertThat(choice(table.by("wlan0", address(own), true))).isEqualTo("unbound");
        assertThat(choice(table.by("wlan0", address(own), false)))
                .isEqualTo(other.equals("unbound") ? "unbound" : "wlan0");
    }

    /** The kernel may know that no rule takes it elsewhere, and an interface would certainly not lead there. */
    @Test
    void localAfterAnyRule_ownAddressIsLeftToTheKernelUnlessAnInterfaceIsWanted() {
        EgressTable table = table(WAYS, List.of(), List.of(), false, EgressTable.AUTO);
        assertThat(choice(table.towards(address("192.168.7.2"), true))).isEqualTo("unbound");
        assertThat(choice(table.towards(address("192.168.7.2"), false))).isEqualTo("eth0");
        assertThat(choice(table.by("wlan0", address("192.168.7.2"), true))).isEqualTo("wlan0");
        EgressTable fixed = table(WAYS, List.of(), List.of(), false, "wlan0");
        assertThat(choice(fixed.towards(address("192.0.2.200"), true))).isEqualTo("wlan0");
    }

    @Test
    void towards_noDefaultRoute_refused() {
        EgressTable table = table(List.of(way("0.0.0.0/0", "tun0", 0)), true, EgressTable.AUTO);
        assertThat(choice(table.towards(address("203.0.113.1"), true)))
                .isEqualTo(
                        "refused: no interface leads to 203.0.113.1: there is no route for it outside of the tunnel");
        assertThat(choice(table.towardsMany(false))).startsWith("refused: there is no default route");
        assertThat(table.defaultInterface(false)).isEmpty();
    }

    @Test
    void towards_othersHaveRules_onlyTheMarkIsTrusted() {
        EgressTable table = table(WAYS, false, EgressTable.AUTO);
        assertThat(choice(table.towards(address("203.0.113.1"), true))).isEqualTo("unbound");
        assertThat(choice(table.towards(address("203.0.113.1"), false))).isEqualTo("eth0");
        assertThat(choice(table.towards(address("10.66.0.9"), true))).startsWith("refused");
    }

    @Test
    void towards_fixedInterface_connectedNetworksStillTheirOwn() {
        EgressTable table = table(WAYS, true, "wlan0");
        assertThat(choice(table.towards(address("203.0.113.1"), true))).isEqualTo("wlan0");
        assertThat(choice(table.towards(address("192.168.7.9"), true))).isEqualTo("eth0");
        assertThat(choice(table.towardsMany(true))).isEqualTo("wlan0");
        assertThat(table.defaultInterface(true)).contains("wlan0");
    }

    @Test
    void towards_fixedInterfaceGone_refused() {
        EgressTable table = table(WAYS, true, "ppp0");
        assertThat(choice(table.towards(address("203.0.113.1"), true)))
                .isEqualTo("refused: the egress interface ppp0 does not exist or is down");
        assertThat(table.defaultInterface(false)).isEmpty();
    }

    @Test
    void towardsMany_marked_leftToTheKernel() {
        EgressTable table = table(WAYS, true, EgressTable.AUTO);
        assertThat(choice(table.towardsMany(true))).isEqualTo("unbound");
        assertThat(choice(table.towardsMany(false))).isEqualTo("eth0");
        assertThat(table.defaultInterface(false)).contains("eth0");
    }
}
