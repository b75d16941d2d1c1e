package io.sluice.inbound.redirect.spi;

import io.sluice.api.net.IpPrefix;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Which TCP goes to one listener.
 *
 * @param port the listener's
 * @param mark packets with this mark are our own and excepted; 0 excepts none
 * @param tunInterface if there is one: what the host's routes would send into it; else what the prefixes say
 * @param include destinations that are redirected
 * @param exclude destinations that are not, even where {@code include} or the routes cover them
 * @param local from programs of this host
 * @param forwarded from others that send through this host
 */
public record Capture(
        int port,
        int mark,
        Optional<String> tunInterface,
        List<IpPrefix> include,
        List<IpPrefix> exclude,
        boolean local,
        boolean forwarded) {

    public Capture {
        Objects.requireNonNull(tunInterface, "tunInterface");
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
    }
}
