package io.sluice.netmon.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.net.IpPrefix;
import io.sluice.api.netmon.DefaultRoute;
import io.sluice.api.netmon.HostInterface;
import io.sluice.api.netmon.NetworkChange;
import io.sluice.api.netmon.NetworkState;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a change means, case by case as a reader of the log sees it. */
class NetworkChangeTest {

    private static final HostInterface ETH0 = up("eth0", 2, "192.0.2.10/24", "2001:db8::10/64");
    private static final HostInterface WLAN0 = up("wlan0", 3, "198.51.100.7/24");
    private static final HostInterface TUN =
            new HostInterface("sluice0", 9, true, 1500, true, List.of(IpPrefix.parse("172.19.0.1/30")));

    private static HostInterface up(String name, int index, String... addresses) {
        return new HostInterface(
                name,
                index,
                true,
                1500,
                false,
                Arrays.stream(addresses).map(IpPrefix::parse).toList());
    }

    private static Optional<DefaultRoute> by(HostInterface device, String gateway) {
        return Optional.of(
                new DefaultRoute(device.name(), device.index(), Optional.of(InetAddress.ofLiteral(gateway)), 100));
    }

    private static NetworkState state(
            Optional<DefaultRoute> default4, Optional<DefaultRoute> default6, HostInterface... interfaces) {
        return new NetworkState(
                Instant.EPOCH, NetworkState.Source.ANNOUNCED, List.of(interfaces), default4, default6, false);
    }

    private static NetworkChange change(NetworkState before, NetworkState after) {
        return new NetworkChange(before, after, Duration.ZERO);
    }

    private static final NetworkState WIRED = state(by(ETH0, "192.0.2.1"), Optional.empty(), ETH0);

    @Test
    void interfaceOfTheDefaultRoute_another() {
        NetworkChange change = change(
                state(by(ETH0, "192.0.2.1"), Optional.empty(), ETH0, WLAN0),
                state(by(WLAN0, "198.51.100.1"), Optional.empty(), ETH0, WLAN0));
        assertThat(change.defaultInterfaceChanged()).isTrue();
        assertThat(change.gatewayChanged()).isTrue();
        assertThat(change.rebindRequired()).isTrue();
        assertThat(change.vanishedInterfaces()).isEmpty();
        assertThat(change.summary()).isEqualTo("IPv4 went by eth0 via 192.0.2.1 and goes by wlan0 via 198.51.100.1");
    }

    @Test
    void gateway_another() {
        NetworkChange change = change(WIRED, state(by(ETH0, "192.0.2.254"), Optional.empty(), ETH0));
        assertThat(change.defaultInterfaceChanged()).isFalse();
        assertThat(change.gatewayChanged()).isTrue();
        assertThat(change.rebindRequired()).isTrue();
    }

    @Test
    void address_another() {
        HostInterface renewed = up("eth0", 2, "192.0.2.77/24", "2001:db8::10/64");
        NetworkChange change = change(WIRED, state(by(ETH0, "192.0.2.1"), Optional.empty(), renewed));
        assertThat(change.addressesChanged()).isTrue();
        assertThat(change.vanishedAddresses()).containsExactly(InetAddress.ofLiteral("192.0.2.10"));
        assertThat(change.rebindRequired()).isTrue();
        assertThat(change.summary()).isEqualTo("eth0 has 192.0.2.77/24; eth0 has lost 192.0.2.10/24");
    }

    @Test
    void address_oneMore_nothingToRebind() {
        HostInterface more = up("eth0", 2, "192.0.2.10/24", "192.0.2.11/24", "2001:db8::10/64");
        NetworkChange change = change(WIRED, state(by(ETH0, "192.0.2.1"), Optional.empty(), more));
        assertThat(change.addressesChanged()).isTrue();
        assertThat(change.rebindRequired()).isFalse();
    }

    @Test
    void family_v4GoesAndV6Comes() {
        NetworkChange change = change(WIRED, state(Optional.empty(), by(ETH0, "fe80::1"), ETH0));
        assertThat(change.defaultInterfaceChanged()).isTrue();
        assertThat(change.wentOffline()).isFalse();
        assertThat(change.summary())
                .isEqualTo("IPv4 has no default route any more (was by eth0 via 192.0.2.1); IPv6 goes by eth0 via"
                        + " fe80:0:0:0:0:0:0:1");
    }

    @Test
    void wayOut_gone() {
        NetworkChange change = change(WIRED, state(Optional.empty(), Optional.empty(), ETH0));
        assertThat(change.wentOffline()).isTrue();
        assertThat(change.rebindRequired()).isFalse();
        assertThat(change.reasons()).endsWith("there is no way out");
    }

    @Test
    void interface_sameNameAnotherNumber_vanished() {
        NetworkChange change = change(WIRED, state(Optional.empty(), Optional.empty(), up("eth0", 7, "192.0.2.10/24")));
        assertThat(change.vanishedInterfaces()).containsExactly("eth0");
        assertThat(change.reasons()).contains("eth0 is another interface of the same name, up");
    }

    @Test
    void ownTunnel_comesAndGoes_noAddressOfTheHost() {
        NetworkChange change = change(WIRED, state(by(ETH0, "192.0.2.1"), Optional.empty(), ETH0, TUN));
        assertThat(change.addressesChanged()).isFalse();
        assertThat(change.rebindRequired()).isFalse();
        assertThat(change.reasons()).containsExactly("sluice0 has 172.19.0.1/30", "sluice0 came, up");
    }
}
