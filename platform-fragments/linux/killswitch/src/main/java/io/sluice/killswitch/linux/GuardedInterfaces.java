package io.sluice.killswitch.linux;

import io.sluice.netlink.linux.Link;
import io.sluice.netlink.linux.NetlinkException;
import io.sluice.netlink.linux.Rtnetlink;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The interfaces by which packets can leave the host. Not the loopback and not our TUN device; nor a port of a bridge, whose own packets leave by the
 * bridge: what it hands on between its ports is not this host's.
 */
final class GuardedInterfaces {

    private static final Path INTERFACES = Path.of("/sys/class/net");

    private GuardedInterfaces() {}

    static List<String> list(Optional<String> except) throws NetlinkException {
        try (Rtnetlink netlink = Rtnetlink.open()) {
            return netlink.links().stream()
                    .filter(link -> !link.loopback())
                    .map(Link::name)
                    .filter(name -> !except.equals(Optional.of(name)))
                    .filter(name -> !Files.exists(INTERFACES.resolve(name).resolve("brport")))
                    .sorted()
                    .toList();
        }
    }
}
