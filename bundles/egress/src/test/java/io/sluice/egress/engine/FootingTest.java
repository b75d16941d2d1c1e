package io.sluice.egress.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.net.IpPrefix;
import io.sluice.api.netmon.DefaultRoute;
import io.sluice.api.netmon.HostInterface;
import io.sluice.api.netmon.NetworkState;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Which sockets end when something vanishes, and which don't. */
class FootingTest {

    /** Somebody has set it back since. */
    private static final Instant WALL_CLOCK = Instant.parse("2026-01-01T00:00:00Z");

    private static final long BOUND = Long.MAX_VALUE; // it may turn over

    private static final InetAddress MINE = InetAddress.ofLiteral("192.0.2.10");
    private static final Footing ON_ETH0 =
            new Footing(Optional.of("eth0"), OptionalInt.of(2), Optional.empty(), BOUND).withAddress(MINE);

    private static HostInterface device(String name, int index, boolean up, String... addresses) {
        return new HostInterface(
                name,
                index,
                up,
                1500,
                false,
                List.of(addresses).stream().map(IpPrefix::parse).toList());
    }

    private static NetworkState network(DefaultRoute way, HostInterface... interfaces) {
        return new NetworkState(
                WALL_CLOCK,
                NetworkState.Source.ANNOUNCED,
                List.of(interfaces),
                Optional.ofNullable(way),
                Optional.empty(),
                false,
                BOUND + 1);
    }

    private static DefaultRoute by(String name, int index) {
        return new DefaultRoute(name, index, Optional.empty(), 0);
    }

    private static final HostInterface ETH0 = device("eth0", 2, true, "192.0.2.10/24");
    private static final HostInterface WLAN0 = device("wlan0", 3, true, "198.51.100.7/24");

    private static Optional<String> lost(Footing footing, NetworkState network) {
        return footing.lost(network, _ -> false);
    }

    @Test
    void everythingThere_stays() {
        assertThat(lost(ON_ETH0, network(by("wlan0", 3), ETH0, WLAN0)))
                .as("another default route is no reason")
                .isEmpty();
    }

    @Test
    void interfaceGone_orAnotherOfTheName_ends() {
        assertThat(lost(ON_ETH0, network(by("wlan0", 3), WLAN0))).contains("the interface eth0 is gone");
        assertThat(lost(ON_ETH0, network(by("eth0", 8), device("eth0", 8, true, "192.0.2.10/24"))))
                .contains("the interface eth0 is gone");
    }

    @Test
    void interfaceDown_staysWhileThereIsNoOtherWay() {
        HostInterface down = device("eth0", 2, false, "192.0.2.10/24");
        assertThat(lost(ON_ETH0, network(null, down, WLAN0))).isEmpty();
        assertThat(lost(ON_ETH0, network(by("wlan0", 3), down, WLAN0)))
                .contains("the interface eth0 is down and another one leads out");
    }

    @Test
    void addressGone_ends() {
        assertThat(lost(ON_ETH0, network(by("eth0", 2), device("eth0", 2, true, "192.0.2.77/24"))))
                .contains("the address 192.0.2.10 is gone");
    }

    @Test
    void addressThatNoInterfaceHad_stays() {
        NetworkState other = network(by("eth0", 2), device("eth0", 2, true, "192.0.2.77/24"));
        assertThat(ON_ETH0.lost(other, MINE::equals)).isEmpty();
    }

    @Test
    void anyAddressAndNoInterface_stays() {
        Footing loose = new Footing(Optional.empty(), OptionalInt.empty(), Optional.empty(), BOUND)
                .withAddress(InetAddress.ofLiteral("0.0.0.0"));
        assertThat(lost(loose, network(null))).isEmpty();
    }

    @Test
    void stateReadBefore_tellsNothing() {
        NetworkState older = new NetworkState(
                WALL_CLOCK.plusSeconds(3_600),
                NetworkState.Source.ANNOUNCED,
                List.of(),
                Optional.empty(),
                Optional.empty(),
                false,
                BOUND);
        assertThat(lost(ON_ETH0, older)).isEmpty();
    }
}
