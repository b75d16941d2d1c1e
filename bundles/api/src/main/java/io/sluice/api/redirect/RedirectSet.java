package io.sluice.api.redirect;

import java.util.Objects;

/**
 * Which TCP is to be redirected: what the host's routes would send into a TUN interface, from programs of this host and from hosts behind it. So the
 * routes decide alone, and what they except stays excepted.
 *
 * @param tunInterface the interface's name
 * @param mark packets with this mark are excepted: they are the appliance's own
 * @param inboundTag the tag that the flows carry
 */
public record RedirectSet(String tunInterface, int mark, String inboundTag) {

    public RedirectSet {
        Objects.requireNonNull(tunInterface, "tunInterface");
        Objects.requireNonNull(inboundTag, "inboundTag");
        if (mark == 0) {
            throw new IllegalArgumentException("mark 0 would except every packet");
        }
    }
}
