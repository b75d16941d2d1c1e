package io.sluice.api.route;

import io.sluice.api.net.IpPrefix;
import java.util.List;
import java.util.Objects;

/**
 * The complete desired state of our part of the host's routing: which destinations go into a TUN interface. Everything else in the
 * host's tables is left alone.
 *
 * @param tunInterface the interface's name
 * @param table the routing table of our own (1…2³²−2, none of 253…255)
 * @param rulePriority priority of our first policy rule (1…32000); ours are consecutive
 * @param mark packets with this mark are excepted: they are the appliance's own
 * @param include destinations into the tunnel
 * @param exclude destinations kept out of it, even where {@code include} covers them
 */
public record RouteSet(
        String tunInterface, long table, int rulePriority, int mark, List<IpPrefix> include, List<IpPrefix> exclude) {

    public RouteSet {
        Objects.requireNonNull(tunInterface, "tunInterface");
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
        if (table < 1 || table > 0xfffffffeL || (table >= 253 && table <= 255)) {
            throw new IllegalArgumentException("routing table " + table + " is reserved or out of range");
        }
        if (rulePriority < 1 || rulePriority > 32_000) {
            throw new IllegalArgumentException("rule priority " + rulePriority + " is not in 1…32000");
        }
        if (mark == 0) {
            throw new IllegalArgumentException("mark 0 would except every packet");
        }
    }
}
