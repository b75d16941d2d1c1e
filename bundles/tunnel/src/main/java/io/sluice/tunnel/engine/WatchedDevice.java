package io.sluice.tunnel.engine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.sluice.api.tun.OffloadCapabilities;
import io.sluice.api.tun.PacketHandler;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.TunCounters;
import io.sluice.api.tun.TunDevice;
import io.sluice.api.tun.TunException;
import io.sluice.api.tun.TunQueue;
import java.util.List;
import java.util.function.Consumer;

/** A device that also tells the coordinator when a queue fails. Packets pass through untouched, on the queue's loop. */
final class WatchedDevice implements TunDevice {

    private final TunDevice device;
    private final List<TunQueue> queues;

    /** @param onFailure called on the queue's event loop; must not block */
    WatchedDevice(TunDevice device, Consumer<TunException> onFailure) {
        this.device = device;
        this.queues = device.queues().stream()
                .<TunQueue>map(q -> new WatchedQueue(q, onFailure))
                .toList();
    }

    @Override
    public String name() {
        return device.name();
    }

    @Override
    public int ifIndex() {
        return device.ifIndex();
    }

    @Override
    public int mtu() {
        return device.mtu();
    }

    @Override
    public OffloadCapabilities offload() {
        return device.offload();
    }

    @Override
    public List<TunQueue> queues() {
        return queues;
    }

    @Override
    public TunCounters counters() {
        return device.counters();
    }

    @Override
    public boolean confine(Channel socket) {
        return device.confine(socket);
    }

    @Override
    public boolean mend() throws TunException {
        return device.mend();
    }

    @Override
    public void close() {
        device.close();
    }

    private record WatchedQueue(TunQueue queue, Consumer<TunException> onFailure) implements TunQueue {

        @Override
        public int index() {
            return queue.index();
        }

        @Override
        public Future<Void> start(EventLoop loop, PacketHandler handler) {
            return queue.start(loop, new WatchedHandler(handler, onFailure));
        }

        @Override
        public Future<Void> stop() {
            return queue.stop();
        }

        @Override
        public void rest(long nanos) {
            queue.rest(nanos);
        }

        @Override
        public boolean write(ByteBuf headers, ByteBuf[] payload, int count, PacketOffload offload) {
            return queue.write(headers, payload, count, offload);
        }
    }

    private record WatchedHandler(PacketHandler handler, Consumer<TunException> onFailure) implements PacketHandler {

        @Override
        public void packet(ByteBuf packet, PacketOffload offload) {
            handler.packet(packet, offload);
        }

        @Override
        public void batchComplete() {
            handler.batchComplete();
        }

        @Override
        public void writable() {
            handler.writable();
        }

        @Override
        public void failed(TunException cause) {
            handler.failed(cause);
            onFailure.accept(cause);
        }
    }
}
