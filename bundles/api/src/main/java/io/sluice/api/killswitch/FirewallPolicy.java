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
     * No tunnel, and none is wanted.
     *
     * @param byOperator an operator said so just now. False for the first state after a start of the process and for a stop of the appliance: then
     *     nothing is opened
     */
    record Disconnected(boolean byOperator, OwnTraffic own) implements FirewallPolicy {
        public Disconnected {
            Objects.requireNonNull(own, "own");
        }
    }

    /** The tunnel is being built, or is being torn down in order to be built again. */
    record Connecting(OwnTraffic own) implements FirewallPolicy {
        public Connecting {
            Objects.requireNonNull(own, "own");
        }
    }

    /**
     * The tunnel carries traffic.
     *
     * @param device the TUN interface's name
     * @param addresses its addresses; packets to them that arrive by another interface are dropped (CVE-2019-14899)
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
    record Blocked(String reason, OwnTraffic own) implements FirewallPolicy {
        public Blocked {
            Objects.requireNonNull(reason, "reason");
            Objects.requireNonNull(own, "own");
        }
    }
}
