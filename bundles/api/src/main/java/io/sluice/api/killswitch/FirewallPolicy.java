package io.sluice.api.killswitch;

import io.sluice.api.net.IpPrefix;
import java.net.InetAddress;
import java.util.List;
import java.util.Objects;

/**
 * What the host's packet filter shall let pass: one case a state of the tunnel, each complete in itself. What a case means under each mode stands with
 * {@link KillSwitch#apply}. Always allowed besides: loopback, DHCP, neighbour discovery, and what the configuration {@code killSwitch} allows.
 */
public sealed interface FirewallPolicy {

    OwnTraffic own();

    /**
     * Those of the tunnel's device, which may be there in every case. Packets to them that arrive by another interface, or by any while the tunnel carries no
     * traffic, are dropped, and nothing is forwarded to their networks from outside the tunnel: nobody on a link learns them (CVE-2019-14899).
     */
    List<IpPrefix> addresses();

    /**
     * No tunnel, and none is wanted.
     *
     * @param byOperator an operator said so just now. False for the first state after a start of the process and for a stop of the appliance: then
     *     nothing is opened
     */
    record Disconnected(boolean byOperator, OwnTraffic own, List<IpPrefix> addresses) implements FirewallPolicy {
        public Disconnected {
            Objects.requireNonNull(own, "own");
            addresses = List.copyOf(addresses);
        }
    }

    /** The tunnel is being built, or is being torn down in order to be built again. */
    record Connecting(OwnTraffic own, List<IpPrefix> addresses) implements FirewallPolicy {
        public Connecting {
            Objects.requireNonNull(own, "own");
            addresses = List.copyOf(addresses);
        }
    }

    /**
     * The tunnel carries traffic.
     *
     * @param device the TUN interface's name
     * @param resolvers the only name servers that may be asked, by the device; empty: any, by the device
     */
    record Connected(OwnTraffic own, String device, List<IpPrefix> addresses, List<InetAddress> resolvers)
            implements FirewallPolicy {
        public Connected {
            Objects.requireNonNull(own, "own");
            Objects.requireNonNull(device, "device");
            addresses = List.copyOf(addresses);
            resolvers = List.copyOf(resolvers);
        }
    }

    /**
     * The tunnel is wanted and cannot be: an error, no network, a room that is being exchanged.
     *
     * @param reason one sentence for people
     */
    record Blocked(String reason, OwnTraffic own, List<IpPrefix> addresses) implements FirewallPolicy {
        public Blocked {
            Objects.requireNonNull(reason, "reason");
            Objects.requireNonNull(own, "own");
            addresses = List.copyOf(addresses);
        }
    }
}
