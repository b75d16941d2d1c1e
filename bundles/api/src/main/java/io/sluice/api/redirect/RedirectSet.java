package io.sluice.api.redirect;

import io.sluice.api.net.IpPrefix;
import java.util.List;
import java.util.Objects;

/**
 * Which TCP is to be redirected: what the host's routes would send into a TUN interface, from programs of this host and from hosts behind it. So the
 * routes decide alone, and what they except stays excepted.
 *
 * @param tunInterface the interface's name
 * @param tunNetworks the interface's addresses with the length of their prefixes: what goes to one of them is not redirected, or the listener would answer in
 *     the tunnel's name whoever tries its addresses (CVE-2019-14899)
 * @param mark packets with this mark are excepted: they are the appliance's own
 * @param inboundTag the tag that the flows carry
 */
public record RedirectSet(String tunInterface, List<IpPrefix> tunNetworks, int mark, String inboundTag) {

    public RedirectSet {
        Objects.requireNonNull(tunInterface, "tunInterface");
        tunNetworks = List.copyOf(tunNetworks);
        Objects.requireNonNull(inboundTag, "inboundTag");
        if (mark == 0) {
            throw new IllegalArgumentException("mark 0 would except every packet");
        }
    }
}
