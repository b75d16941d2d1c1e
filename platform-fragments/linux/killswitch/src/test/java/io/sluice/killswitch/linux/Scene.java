package io.sluice.killswitch.linux;

import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.killswitch.OwnTraffic;
import io.sluice.api.killswitch.OwnTraffic.Endpoint;
import io.sluice.api.net.IpPrefix;
import io.sluice.api.net.Network;
import io.sluice.killswitch.engine.Allowance;
import java.util.List;
import java.util.Optional;

/** Policies and allowances as a gateway has them. */
final class Scene {

    static final int MARK = 0x536c;
    static final String TUN = "sluice0";

    /** A proxy, over TCP, and the name server that knows its name. */
    static final OwnTraffic OWN = new OwnTraffic(
            MARK,
            List.of(
                    endpoint("198.51.100.7", 1080, Network.TCP),
                    endpoint("2001:db8:1::7", 1080, Network.TCP),
                    endpoint("198.51.100.53", 53, Network.UDP)));

    static final OwnTraffic ANYTHING = new OwnTraffic(MARK, List.of(Endpoint.ANY));

    static final List<IpPrefix> ADDRESSES =
            List.of(IpPrefix.parse("172.19.0.1/30"), IpPrefix.parse("fdfe:dcba:9876::1/126"));

    static final FirewallPolicy CONNECTED = new FirewallPolicy.Connected(OWN, TUN, ADDRESSES, List.of());

    /** Also while it is torn down in order to be built again. */
    static final FirewallPolicy CONNECTING = new FirewallPolicy.Connecting(OWN, ADDRESSES);

    static final FirewallPolicy BLOCKED = new FirewallPolicy.Blocked("test", OWN, ADDRESSES);

    static final Allowance LAN = new Allowance(true, List.of(), List.of(22), List.of());

    private Scene() {}

    static Endpoint endpoint(String address, int port, Network network) {
        return new Endpoint(Optional.of(IpPrefix.parse(address)), port, Optional.of(network));
    }
}
