package io.sluice.tun.linux;

import io.sluice.api.net.IpPrefix;
import io.sluice.api.tun.TunConfig;
import io.sluice.api.tun.TunException;
import io.sluice.api.tun.TunException.Code;
import io.sluice.netlink.linux.Errno;
import io.sluice.netlink.linux.InterfaceAddress;
import io.sluice.netlink.linux.Link;
import io.sluice.netlink.linux.NetlinkConstants;
import io.sluice.netlink.linux.NetlinkException;
import io.sluice.netlink.linux.Rtnetlink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The interface side of a device: MTU, queue length, addresses, up. Only what differs is changed, so an interface that somebody prepared
 * for us works without rights to change it.
 */
final class TunInterface {

    /** In the interface's alias: we made it persistent, so we may end that. */
    static final String ALIAS = "sluice";

    private static final Logger LOG = LoggerFactory.getLogger(TunInterface.class);

    /**
     * Packets the device holds for a reader that is late, for each queue. The kernel's default for Ethernet
     * (DEFAULT_TX_QUEUE_LEN, 1000) instead of TUN's own 500: at 200,000 packets a second, 5 ms of a busy processor or a
     * collection.
     */
    private static final int TRANSMIT_QUEUE = 1000;

    private static final Path IPV6_SETTINGS = Path.of("/proc/sys/net/ipv6/conf");

    private final Rtnetlink netlink;
    private final Link link;
    private final List<InterfaceAddress> added = new ArrayList<>();
    private boolean differed;

    TunInterface(Rtnetlink netlink, Link link) {
        this.netlink = netlink;
        this.link = link;
    }

    /** What was added here, so that it can be taken away again. */
    List<InterfaceAddress> added() {
        return List.copyOf(added);
    }

    /** Whether it was switched off, or had another MTU or not all of its addresses. */
    boolean differed() {
        return differed || !added.isEmpty();
    }

    void setUp(TunConfig config) throws TunException {
        boolean ipv6 = config.addresses().stream().anyMatch(IpPrefix::isIpv6);
        quietIpv6(ipv6);
        differed = !link.up() || link.mtu() != config.mtu();
        try {
            if (link.mtu() != config.mtu()) {
                netlink.setMtu(link.index(), config.mtu());
            }
            if (link.transmitQueueLength() != TRANSMIT_QUEUE) {
                lengthenQueue();
            }
            addAddresses(config.addresses());
            if (!link.up()) {
                netlink.setUp(link.index());
            }
        } catch (NetlinkException e) {
            throw refused(e);
        }
    }

    /** An interface that another user prepared may keep its queue. */
    private void lengthenQueue() throws NetlinkException {
        try {
            netlink.setTransmitQueueLength(link.index(), TRANSMIT_QUEUE);
        } catch (NetlinkException e) {
            if (e.errno() != Errno.EPERM) {
                throw e;
            }
            LOG.debug("{} keeps its queue of {} packets: {}", link.name(), link.transmitQueueLength(), e.getMessage());
        }
    }

    private void addAddresses(List<IpPrefix> wanted) throws TunException, NetlinkException {
        List<InterfaceAddress> present = presentWithoutLeftovers(wanted);
        for (IpPrefix address : wanted) {
            boolean there = false;
            for (InterfaceAddress other : present) {
                if (!other.local().address().equals(address.address())) {
                    continue;
                }
                if (other.index() != link.index()) {
                    throw taken(address, other);
                }
                there |= other.local().equals(address);
            }
            if (!there) {
                add(address);
            }
        }
    }

    /** The addresses of all interfaces, after devices that bear a wanted one, are ours and are open in no program were removed. */
    private List<InterfaceAddress> presentWithoutLeftovers(List<IpPrefix> wanted) throws NetlinkException {
        List<InterfaceAddress> present = netlink.addresses();
        Set<Integer> inTheWay = present.stream()
                .filter(other -> other.index() != link.index()
                        && wanted.stream()
                                .anyMatch(address ->
                                        address.address().equals(other.local().address())))
                .map(InterfaceAddress::index)
                .collect(Collectors.toSet());
        boolean removed = false;
        for (int index : inTheWay) {
            Optional<Link> left = netlink.link(index).filter(TunInterface::isLeftBehind);
            if (left.isPresent()) {
                netlink.deleteLink(index);
                removed = true;
                LOG.warn(
                        "removed {}: an earlier run's device, renamed since, with an address of {}",
                        left.get().name(),
                        link.name());
            }
        }
        return removed ? netlink.addresses() : present;
    }

    /** One that we made persistent, under whatever name, and that nobody has open: with the last descriptor the kernel takes its carrier away (__tun_detach). */
    private static boolean isLeftBehind(Link other) {
        return other.kind().equals(Optional.of("tun"))
                && other.alias().equals(Optional.of(ALIAS))
                && other.up()
                && !other.running()
                && other.tunQueues() == 0;
    }

    private TunException taken(IpPrefix address, InterfaceAddress other) throws NetlinkException {
        String owner = netlink.link(other.index()).map(Link::name).orElse("number " + other.index());
        return new TunException(
                Code.TUN_ADDRESS_REFUSED,
                "address " + address + " for " + link.name() + " belongs to interface " + owner
                        + " already: choose another address for the tunnel");
    }

    private void add(IpPrefix address) throws TunException {
        // RFC 4862 §5.4 asks for duplicate detection on multicast links only; there is no neighbour here to ask.
        InterfaceAddress entry =
                InterfaceAddress.of(link.index(), address, address.isIpv6() ? NetlinkConstants.IFA_F_NODAD : 0);
        try {
            netlink.addAddress(entry);
            added.add(entry);
        } catch (NetlinkException e) {
            if (e.errno() == Errno.EPERM) {
                throw refused(e);
            }
            throw new TunException(
                    Code.TUN_ADDRESS_REFUSED,
                    "address " + address + " was refused for " + link.name() + " (" + e.getMessage()
                            + "): choose another"
                            + (address.isIpv6() ? ", or enable IPv6 (sysctl net.ipv6.conf.all.disable_ipv6=0)" : ""),
                    e);
        }
    }

    /**
     * Nobody advertises routers on a TUN device, so the kernel is told not to ask (router solicitations) and not to make a link-local
     * address, as for WireGuard. Where /proc/sys is read-only the questions go into the tunnel and are dropped there.
     */
    private void quietIpv6(boolean wanted) {
        Path settings = IPV6_SETTINGS.resolve(link.name());
        if (!Files.isDirectory(settings)) {
            return;
        }
        write(settings, "accept_ra", "0");
        write(settings, "autoconf", "0");
        write(settings, "addr_gen_mode", "1");
        if (wanted) {
            write(settings, "disable_ipv6", "0");
        }
    }

    private void write(Path settings, String name, String value) {
        Path file = settings.resolve(name);
        try {
            if (!Files.readString(file).strip().equals(value)) {
                Files.writeString(file, value);
            }
        } catch (IOException e) {
            LOG.debug("{} of {} stays as it is: {}", name, link.name(), e.toString());
        }
    }

    private TunException refused(NetlinkException e) {
        Code code = e.errno() == Errno.EPERM ? Code.TUN_NOT_PERMITTED : Code.TUN_SYSTEM_ERROR;
        return new TunException(
                code,
                "interface " + link.name() + " could not be set up (" + e.getMessage() + ")"
                        + (code == Code.TUN_NOT_PERMITTED
                                ? ": run with CAP_NET_ADMIN, or have the administrator set mtu and addresses"
                                : ": check the tunnel's mtu and name"),
                e);
    }

    /** Takes away what was added; what is gone already is fine. */
    static void remove(List<InterfaceAddress> addresses) {
        if (addresses.isEmpty()) {
            return;
        }
        try (Rtnetlink netlink = Rtnetlink.open()) {
            for (InterfaceAddress address : addresses) {
                remove(netlink, address);
            }
        } catch (NetlinkException e) {
            LOG.warn("addresses of a TUN interface stay behind: {}", e.getMessage());
        }
    }

    private static void remove(Rtnetlink netlink, InterfaceAddress address) throws NetlinkException {
        try {
            netlink.deleteAddress(address);
        } catch (NetlinkException e) {
            if (e.errno() != Errno.EADDRNOTAVAIL && e.errno() != Errno.ENODEV) {
                throw e;
            }
        }
    }
}
