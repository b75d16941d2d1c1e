package io.sluice.tunnel.engine;

import io.sluice.api.net.IpPrefix;
import io.sluice.api.netmon.DefaultRoute;
import io.sluice.api.netmon.HostInterface;
import io.sluice.api.netmon.NetworkChange;
import io.sluice.api.netmon.NetworkState;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Networks that a host may be in, as the monitor would tell of them. */
final class Networks {

    /** Number of the fake device. */
    static final int TUN = 7;

    private Networks() {}

    static Command online(Instant at, String gateway) {
        return told(at, gateway, tun("sluice0", TUN, true));
    }

    static Command offline(Instant at) {
        return told(at, null, tun("sluice0", TUN, true));
    }

    static HostInterface tun(String name, int index, boolean up) {
        return new HostInterface(name, index, up, 1500, true, List.of(IpPrefix.parse("172.19.0.1/30")));
    }

    /**
     * Read after everything that a test does before it tells it.
     *
     * @param gateway null for no way out
     */
    static Command told(Instant at, String gateway, HostInterface... others) {
        return told(at, System.nanoTime() + Duration.ofMinutes(1).toNanos(), gateway, others);
    }

    /** @param read when, in nanoseconds of {@link System#nanoTime} */
    static Command told(Instant at, long read, String gateway, HostInterface... others) {
        HostInterface eth0 = new HostInterface("eth0", 2, true, 1500, false, List.of(IpPrefix.parse("192.0.2.10/24")));
        List<HostInterface> interfaces = new java.util.ArrayList<>(List.of(others));
        interfaces.add(eth0);
        Optional<DefaultRoute> way = Optional.ofNullable(gateway)
                .map(g -> new DefaultRoute("eth0", 2, Optional.of(InetAddress.ofLiteral(g)), 100));
        NetworkState state =
                new NetworkState(at, NetworkState.Source.ANNOUNCED, interfaces, way, Optional.empty(), false, read);
        return new Command.NetworkChanged(new NetworkChange(NetworkState.UNKNOWN, state, Duration.ZERO));
    }
}
