package io.sluice.netstack.attach;

import io.netty.util.concurrent.Future;
import io.netty.util.internal.PlatformDependent;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.loop.EventLoops;
import io.sluice.api.netstack.StackAttachment;
import io.sluice.api.netstack.StackConfig;
import io.sluice.api.netstack.StackCounters;
import io.sluice.api.netstack.StackException;
import io.sluice.api.tun.TunDevice;
import io.sluice.api.tun.TunQueue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** One device with its engines. The bounds of the configuration are divided evenly among the queues. */
public final class QueueAttachment implements StackAttachment {

    /** What queues may hold of Netty's direct memory; the rest is for sockets, devices and transports. */
    private static final int MEMORY_SHARE = 3;
    /** No use is known for more. */
    private static final long MAX_MEMORY = 512L * 1024 * 1024;
    /** A loop that does not answer for so long is stuck: detaching reports it instead of hanging the coordinator. */
    private static final long LOOP_PATIENCE_MILLIS = 10_000;

    private final List<QueueDriver> drivers = new ArrayList<>();
    private final AtomicBoolean detached = new AtomicBoolean();
    private final Consumer<QueueAttachment> onDetach;
    private volatile FlowAcceptor acceptor;

    /**
     * @param layers makes the TCP of each queue
     * @param onDetach told once, when every flow has ended
     */
    public QueueAttachment(
            TunDevice device,
            FlowAcceptor acceptor,
            StackConfig config,
            EventLoops loops,
            StreamLayers layers,
            Consumer<QueueAttachment> onDetach) {
        this.acceptor = acceptor;
        this.onDetach = onDetach;
        List<TunQueue> queues = device.queues();
        StackConfig share = new StackConfig(
                config.inboundTag(),
                config.addresses(),
                share(config.maxConnections(), queues.size()),
                share(config.maxHalfOpen(), queues.size()),
                share(config.maxUdpSessions(), queues.size()),
                config.udpIdle(),
                config.tcp());
        long memory = Math.min(MAX_MEMORY, PlatformDependent.maxDirectMemory() / MEMORY_SHARE) / queues.size();
        for (TunQueue queue : queues) {
            drivers.add(new QueueDriver(
                    device, queue, loops.loop(queue.index()), share, memory, () -> this.acceptor, layers));
        }
    }

    private static int share(int bound, int queues) {
        return Math.max(1, bound / queues);
    }

    /** Starts the queues; if one cannot be started, everything is detached again. */
    public void start() throws StackException {
        for (QueueDriver driver : drivers) {
            Future<Void> started = driver.start();
            if (!started.awaitUninterruptibly(LOOP_PATIENCE_MILLIS) || !started.isSuccess()) {
                detach(CloseReason.INTERNAL_ERROR);
                throw new StackException(
                        "a queue of the TUN device could not be started: is another stack still attached?",
                        started.cause());
            }
        }
    }

    @Override
    public void acceptor(FlowAcceptor next) {
        acceptor = next;
    }

    @Override
    public StackCounters counters() {
        int connections = 0;
        int halfOpen = 0;
        int udpSessions = 0;
        Map<String, Long> sums = new HashMap<>();
        for (QueueDriver driver : drivers) {
            connections += driver.streams().connections().getAsInt();
            halfOpen += driver.streams().halfOpen().getAsInt();
            udpSessions += driver.udp().sessions();
            driver.engine().counters().addTo(sums);
        }
        return new StackCounters(connections, halfOpen, udpSessions, sums);
    }

    @Override
    public void detach(CloseReason reason) {
        if (!detached.compareAndSet(false, true)) {
            return;
        }
        for (QueueDriver driver : drivers) {
            driver.detach(reason).awaitUninterruptibly(LOOP_PATIENCE_MILLIS);
        }
        onDetach.accept(this);
    }
}
