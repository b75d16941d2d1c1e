package io.sluice.tun.engine;

import io.netty.buffer.ByteBuf;
import io.sluice.api.tun.MemoryTunDevice;
import io.sluice.api.tun.OffloadCapabilities;
import io.sluice.api.tun.TunCounters;
import io.sluice.api.tun.TunDevice;
import io.sluice.api.tun.TunQueue;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** A TUN device of one queue whose far side is the host process. It moves ordinary packets with complete checksums. */
public final class RingMemoryTun implements MemoryTunDevice {

    private final String name;
    private final int mtu;
    private final Consumer<TunDevice> closed;
    private final RingMemoryQueue queue = new RingMemoryQueue();
    private final AtomicBoolean done = new AtomicBoolean();

    /** @param closed told once, when the device has been closed */
    public RingMemoryTun(String name, int mtu, Consumer<TunDevice> closed) {
        this.name = name;
        this.mtu = mtu;
        this.closed = closed;
    }

    @Override
    public boolean submit(ByteBuf packet) {
        return queue.submit(packet);
    }

    @Override
    public void onPacket(Consumer<ByteBuf> sink) {
        queue.onPacket(sink);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int ifIndex() {
        return 0;
    }

    @Override
    public int mtu() {
        return mtu;
    }

    @Override
    public OffloadCapabilities offload() {
        return OffloadCapabilities.NONE;
    }

    @Override
    public List<TunQueue> queues() {
        return List.of(queue);
    }

    @Override
    public TunCounters counters() {
        return queue.counters();
    }

    @Override
    public void close() {
        if (done.compareAndSet(false, true)) {
            queue.close();
            closed.accept(this);
        }
    }
}
