package io.sluice.tun.linux;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.util.concurrent.Future;
import io.sluice.api.tun.OffloadCapabilities;
import io.sluice.api.tun.TunConfig;
import io.sluice.api.tun.TunCounters;
import io.sluice.api.tun.TunDevice;
import io.sluice.api.tun.TunException;
import io.sluice.api.tun.TunException.Code;
import io.sluice.api.tun.TunQueue;
import io.sluice.netlink.linux.InterfaceAddress;
import io.sluice.netlink.linux.Link;
import io.sluice.netlink.linux.NetlinkException;
import io.sluice.netlink.linux.Rtnetlink;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An open device. */
final class LinuxTunDevice implements TunDevice {

    private static final Logger LOG = LoggerFactory.getLogger(LinuxTunDevice.class);

    /** How long close waits for a loop to let go of a queue: a loop's turn takes milliseconds. What is late is closed when it lets go. */
    private static final int PATIENCE_MILLIS = 2000;

    private static final ChannelOption<ByteBuffer> BIND_TO_DEVICE = new RawUnixChannelOption(
            "SO_BINDTODEVICE", TunConstants.SOL_SOCKET, TunConstants.SO_BINDTODEVICE, TunConstants.IFNAMSIZ);

    private final String name;
    private final int ifIndex;
    private final TunConfig config;
    private final OffloadCapabilities offload;
    private final List<EpollTunQueue> queues;
    private final List<InterfaceAddress> borrowed;
    private final Consumer<TunDevice> closed;
    private final AtomicBoolean done = new AtomicBoolean();

    /**
     * @param borrowed addresses to take away from an interface that stays when we go
     * @param closed told once
     */
    LinuxTunDevice(
            String name,
            int ifIndex,
            TunConfig config,
            OffloadCapabilities offload,
            List<EpollTunQueue> queues,
            List<InterfaceAddress> borrowed,
            Consumer<TunDevice> closed) {
        this.name = name;
        this.ifIndex = ifIndex;
        this.config = config;
        this.offload = offload;
        this.queues = List.copyOf(queues);
        this.borrowed = borrowed;
        this.closed = closed;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int ifIndex() {
        return ifIndex;
    }

    @Override
    public int mtu() {
        return config.mtu();
    }

    @Override
    public OffloadCapabilities offload() {
        return offload;
    }

    @Override
    public List<TunQueue> queues() {
        return List.copyOf(queues);
    }

    @Override
    public TunCounters counters() {
        return QueueCounters.sum(queues.stream().map(EpollTunQueue::counters).toList());
    }

    @Override
    public boolean confine(Channel socket) {
        ByteBuffer device = ByteBuffer.allocate(TunConstants.IFNAMSIZ);
        device.put(0, name.getBytes(StandardCharsets.UTF_8));
        try {
            return socket.config().setOption(BIND_TO_DEVICE, device);
        } catch (ChannelException e) {
            // EPERM without CAP_NET_RAW before Linux 5.7; ENODEV where the interface is in another namespace.
            LOG.debug("a socket is not bound to {}: {}", name, e.toString());
            return false;
        }
    }

    @Override
    public boolean mend() throws TunException {
        if (ifIndex == 0) {
            return false;
        }
        try (Rtnetlink netlink = Rtnetlink.open()) {
            Link link = netlink.link(ifIndex)
                    .filter(found -> found.name().equals(name))
                    .orElseThrow(() -> new TunException(
                            Code.TUN_GONE, "interface " + name + " was deleted or renamed by another program"));
            TunInterface face = new TunInterface(netlink, link);
            face.setUp(config);
            return face.differed();
        } catch (NetlinkException e) {
            throw new TunException(
                    Code.TUN_SYSTEM_ERROR, "interface " + name + " could not be looked at: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        if (!done.compareAndSet(false, true)) {
            return;
        }
        List<Future<?>> closing = new ArrayList<>();
        for (EpollTunQueue queue : queues) {
            closing.add(queue.close());
        }
        if (queues.stream().noneMatch(EpollTunQueue::onItsLoop)) {
            for (Future<?> queue : closing) {
                if (!queue.awaitUninterruptibly(PATIENCE_MILLIS)) {
                    LOG.warn("{} is closed later: its event loop has been busy for {} ms", name, PATIENCE_MILLIS);
                }
            }
        }
        TunInterface.remove(borrowed);
        closed.accept(this);
    }
}
