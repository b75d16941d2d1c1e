package io.sluice.tun.linux;

import io.netty.channel.unix.FileDescriptor;
import io.sluice.api.tun.TunConfig;
import io.sluice.api.tun.TunDevice;
import io.sluice.api.tun.TunException;
import io.sluice.api.tun.TunException.Code;
import io.sluice.netlink.linux.InterfaceAddress;
import io.sluice.netlink.linux.Link;
import io.sluice.netlink.linux.NetlinkException;
import io.sluice.netlink.linux.Rtnetlink;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One attempt to open a device, step by step; whatever step fails, the steps before it are undone. */
final class TunOpening {

    private static final Logger LOG = LoggerFactory.getLogger(TunOpening.class);

    private final TunConfig config;
    private final Rtnetlink netlink;
    private final OffloadCheck check;
    private final List<TunDescriptor> descriptors = new ArrayList<>();

    /** @param check of what the kernel says that the device can do */
    TunOpening(TunConfig config, Rtnetlink netlink, OffloadCheck check) {
        this.config = config;
        this.netlink = netlink;
        this.check = check;
    }

    TunDevice open(Consumer<TunDevice> closed) throws TunException, NetlinkException {
        Optional<Link> before = config.descriptor().isPresent() || config.name().isEmpty()
                ? Optional.empty()
                : netlink.link(config.name());
        boolean adopted = before.isPresent() || config.descriptor().isPresent();
        boolean complete = false;
        List<InterfaceAddress> added = List.of();
        try {
            attach(before);
            TunDescriptor first = descriptors.getFirst();
            int features = first.claim(config.offload());
            Optional<Link> link = netlink.link(first.name());
            if (link.isPresent()) {
                TunInterface face = new TunInterface(netlink, link.get());
                try {
                    face.setUp(config);
                } finally {
                    added = face.added();
                }
                persist(first, link.get());
                features = check.features(descriptors, link.get(), features);
            } else {
                elsewhere(first);
            }
            TunDevice device = new LinuxTunDevice(
                    first.name(),
                    link.map(Link::index).orElse(0),
                    config,
                    TunDescriptor.capabilities(features),
                    queues(),
                    adopted && !config.persistent() ? added : List.of(),
                    closed);
            complete = true;
            return device;
        } finally {
            if (!complete) {
                descriptors.forEach(TunDescriptor::close);
                if (adopted) {
                    TunInterface.remove(added);
                }
            }
        }
    }

    private void attach(Optional<Link> before) throws TunException, NetlinkException {
        if (config.descriptor().isPresent()) {
            TunDescriptor given = TunDescriptor.adopt(config.descriptor().getAsInt());
            descriptors.add(given);
            return;
        }
        if (before.isPresent() && !before.get().kind().equals(Optional.of("tun"))) {
            throw new TunException(
                    Code.TUN_NAME_IN_USE,
                    "the name " + config.name() + " belongs to an interface of another kind ("
                            + before.get().kind().orElse("physical") + "): choose another name");
        }
        boolean multiQueue = config.queues() > 1;
        if (before.isPresent() && multiQueue) {
            multiQueue = first(before.get());
        } else {
            descriptors.add(TunDescriptor.open(config.name(), config.offload(), multiQueue));
        }
        String name = descriptors.getFirst().name();
        while (multiQueue && descriptors.size() < config.queues()) {
            descriptors.add(TunDescriptor.open(name, config.offload(), true));
        }
    }

    /** An interface that exists may have been made for a single queue; then it keeps to that. Returns whether it has several. */
    private boolean first(Link before) throws TunException, NetlinkException {
        try {
            descriptors.add(TunDescriptor.open(before.name(), config.offload(), true));
        } catch (TunException e) {
            if (e.code() != Code.TUN_NAME_IN_USE) {
                throw e;
            }
            descriptors.add(TunDescriptor.open(before.name(), config.offload(), false));
            LOG.info("{} exists with a single queue and keeps it", before.name());
            return false;
        }
        // A device with several queues lets a second program in; it would get a share of our packets.
        int users = netlink.link(before.index()).map(Link::tunQueues).orElse(1);
        if (users > 1) {
            throw new TunException(
                    Code.TUN_NAME_IN_USE,
                    "TUN interface " + before.name()
                            + " is in use by another program: stop it, or choose another name");
        }
        return true;
    }

    /** One that we made persistent ends with the first device that does not want that; one that others made stays. */
    private void persist(TunDescriptor first, Link link) throws TunException, NetlinkException {
        if (config.persistent()) {
            if ((first.flags() & TunConstants.IFF_PERSIST) == 0 && link.alias().isEmpty()) {
                netlink.setAlias(link.index(), TunInterface.ALIAS);
            }
            first.persist(true);
        } else if (link.alias().equals(Optional.of(TunInterface.ALIAS))) {
            first.persist(false);
        }
    }

    /** A handed-over device may belong to another network namespace; then it is used as it is. */
    private void elsewhere(TunDescriptor first) throws TunException {
        if (!config.addresses().isEmpty()) {
            throw new TunException(
                    Code.TUN_ADDRESS_REFUSED,
                    "interface " + first.name() + " is in another network namespace, so no address can be given to it:"
                            + " hand it over ready and leave tun.address empty");
        }
        LOG.info("{} is in another network namespace and is used as it is", first.name());
    }

    private List<EpollTunQueue> queues() {
        List<EpollTunQueue> queues = new ArrayList<>();
        for (TunDescriptor descriptor : descriptors) {
            queues.add(new EpollTunQueue(
                    descriptor.name(), queues.size(), new FileDescriptor(descriptor.fd()), descriptor.headerSize()));
        }
        return queues;
    }
}
