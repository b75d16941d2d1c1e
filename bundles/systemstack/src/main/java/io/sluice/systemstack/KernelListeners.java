package io.sluice.systemstack;

import io.netty.channel.ReflectiveChannelFactory;
import io.netty.channel.ServerChannel;
import io.sluice.api.loop.EventLoops;
import io.sluice.api.netstack.StackConfig;
import io.sluice.api.netstack.StackException;
import io.sluice.api.tun.TunDevice;
import io.sluice.netstack.attach.StreamLayer;
import io.sluice.netstack.attach.StreamLayers;
import io.sluice.netstack.engine.IncomingPacket;
import io.sluice.netstack.engine.LocalAddresses;
import io.sluice.netstack.engine.MappedAddress;
import io.sluice.systemstack.engine.KernelSide;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listeners of one device: one for each queue and family, on the queue's loop, at the device's own address and a port that the kernel chooses,
 * confined to the device where the system can do that.
 *
 * <p>A listener for each queue, so that every session's connection is accepted on the loop that its packets come by, and so that the port tells
 * which queue a reply belongs to.
 */
final class KernelListeners {

    private static final Logger LOG = LoggerFactory.getLogger(KernelListeners.class);

    /** A queue's listeners and, once its engine is there, what takes what they accept. */
    private final List<QueueListeners> queues = new ArrayList<>();

    private final TunDevice device;
    private final EventLoops loops;
    private final LocalAddresses own;
    private int layers;

    private KernelListeners(TunDevice device, StackConfig config, EventLoops loops) {
        this.device = device;
        this.loops = loops;
        this.own = new LocalAddresses(config.addresses());
    }

    /** Listens. The sockets are made by the calling thread, so they belong to its network namespace. */
    static KernelListeners open(TunDevice device, StackConfig config, EventLoops loops) throws StackException {
        KernelListeners listeners = new KernelListeners(device, config, loops);
        boolean complete = false;
        try {
            listeners.openAll();
            complete = true;
        } finally {
            if (!complete) {
                listeners.close();
            }
        }
        return listeners;
    }

    private void openAll() throws StackException {
        int v4 = own.speaker(false);
        int v6 = own.speaker(true);
        if (v4 < 0 && v6 < 0) {
            throw new StackException(
                    "the system stack needs an address with a neighbour on " + device.name()
                            + ", such as 172.19.0.1/30 or fdfe::1/126: set one in tun.address, or tun.stack to user",
                    null);
        }
        for (int i = 0; i < device.queues().size(); i++) {
            QueueListeners queue =
                    new QueueListeners(loops.loop(device.queues().get(i).index()), device.name());
            queues.add(queue);
            if (v4 >= 0) {
                queue.side4 = listen(queue, v4);
            }
            if (v6 >= 0) {
                queue.side6 = listen(queue, v6);
            }
        }
    }

    private KernelSide listen(QueueListeners queue, int speaker) throws StackException {
        InetAddress address = MappedAddress.inetAddress(own.ownHigh(speaker), own.ownLow(speaker));
        ServerChannel channel = new ReflectiveChannelFactory<ServerChannel>(loops.serverChannel()).newChannel();
        boolean confined = device.confine(channel);
        int port = queue.listen(channel, new InetSocketAddress(address, 0));
        LOG.debug(
                "the kernel's TCP is met at {} port {}, {}",
                address.getHostAddress(),
                port,
                confined ? "by " + device.name() + " only" : "by any interface");
        return new KernelSide(
                own.ownHigh(speaker), own.ownLow(speaker), own.speakerHigh(speaker), own.speakerLow(speaker), port);
    }

    /** The TCP of the next queue: an attachment asks for one after the other, in the order of the device's queues. */
    StreamLayer layer(StreamLayers.Place place) {
        QueueListeners mine = queues.get(layers++);
        return mine.layer(place, (port, packet) -> handOver(mine, port, packet));
    }

    private boolean handOver(QueueListeners from, int port, IncomingPacket packet) {
        for (QueueListeners queue : queues) {
            if (queue != from && queue.listensAt(port, packet.v6)) {
                queue.take(packet);
                return true;
            }
        }
        return false;
    }

    /** Stops listening; connections that were accepted are their sessions'. */
    void close() {
        queues.forEach(QueueListeners::close);
    }
}
