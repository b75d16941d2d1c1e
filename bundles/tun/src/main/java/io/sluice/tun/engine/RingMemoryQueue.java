package io.sluice.tun.engine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import io.sluice.api.tun.PacketHandler;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.Segmentation;
import io.sluice.api.tun.TunCounters;
import io.sluice.api.tun.TunQueue;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * The one queue of a memory device. A submitted packet waits in a bounded ring until the loop takes it; a drain is scheduled when the
 * ring was idle, so a burst costs one task.
 */
final class RingMemoryQueue implements TunQueue {

    /** What an interface's queue holds by default on Linux (DEFAULT_TX_QUEUE_LEN, include/net/sch_generic.h). */
    private static final int CAPACITY = 1000;

    /** Packets of one turn on the loop, so that sockets get theirs too. */
    private static final int BATCH = 64;

    private final Queue<ByteBuf> ring = new ArrayBlockingQueue<>(CAPACITY);
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final PacketOffload plain = new PacketOffload();
    private final LongAdder rxPackets = new LongAdder();
    private final LongAdder rxBytes = new LongAdder();
    private final LongAdder txPackets = new LongAdder();
    private final LongAdder txBytes = new LongAdder();
    private final LongAdder rxErrors = new LongAdder();
    private final LongAdder txFull = new LongAdder();
    private final LongAdder txErrors = new LongAdder();
    private volatile Consumer<ByteBuf> sink;
    private volatile Attachment attachment;
    private volatile boolean closed;

    /** Loop and handler of one start; replaced as a whole. */
    private record Attachment(EventLoop loop, PacketHandler handler) {}

    boolean submit(ByteBuf packet) {
        if (closed || !ring.offer(packet)) {
            rxErrors.increment();
            packet.release();
            return false;
        }
        Attachment now = attachment;
        if (now != null) {
            schedule(now);
        }
        if (closed) {
            discard();
        }
        return true;
    }

    void onPacket(Consumer<ByteBuf> receiver) {
        sink = receiver;
    }

    @Override
    public int index() {
        return 0;
    }

    @Override
    public synchronized Future<Void> start(EventLoop loop, PacketHandler handler) {
        if (closed) {
            throw new IllegalStateException("the memory device is closed");
        }
        if (attachment != null) {
            throw new IllegalStateException("the queue is started already");
        }
        Attachment now = new Attachment(loop, handler);
        attachment = now;
        scheduled.set(false);
        schedule(now);
        return loop.newSucceededFuture(null);
    }

    @Override
    public synchronized Future<Void> stop() {
        Attachment now = attachment;
        attachment = null;
        if (now == null) {
            return ImmediateEventExecutor.INSTANCE.newSucceededFuture(null);
        }
        Promise<Void> stopped = now.loop().newPromise();
        try {
            now.loop().execute(() -> stopped.setSuccess(null));
            return stopped;
        } catch (RejectedExecutionException e) {
            return ImmediateEventExecutor.INSTANCE.newSucceededFuture(null);
        }
    }

    void close() {
        closed = true;
        stop();
        discard();
    }

    private void discard() {
        for (ByteBuf packet = ring.poll(); packet != null; packet = ring.poll()) {
            packet.release();
        }
    }

    private void schedule(Attachment now) {
        if (scheduled.compareAndSet(false, true)) {
            try {
                now.loop().execute(() -> drain(now));
            } catch (RejectedExecutionException e) {
                // The loops were shut down before the queue was stopped: what waits stays until close.
                scheduled.set(false);
            }
        }
    }

    private void drain(Attachment now) {
        scheduled.set(false);
        int taken = 0;
        while (attachment == now && taken < BATCH) {
            ByteBuf packet = ring.poll();
            if (packet == null) {
                break;
            }
            taken++;
            deliver(now.handler(), packet);
        }
        if (taken > 0 && attachment == now) {
            now.handler().batchComplete();
        }
        if (attachment == now && !ring.isEmpty()) {
            schedule(now);
        }
    }

    private void deliver(PacketHandler handler, ByteBuf packet) {
        rxPackets.increment();
        rxBytes.add(packet.readableBytes());
        try {
            handler.packet(packet, plain.none());
        } finally {
            packet.release();
        }
    }

    @Override
    public boolean write(ByteBuf headers, ByteBuf[] payload, int count, PacketOffload offload) {
        if (offload.partialChecksum || offload.segmentation != Segmentation.NONE) {
            txErrors.increment();
            return true;
        }
        if (closed) {
            txFull.increment();
            return false;
        }
        Consumer<ByteBuf> receiver = sink;
        if (receiver == null) {
            txErrors.increment();
            return true;
        }
        int length = headers.readableBytes();
        for (int i = 0; i < count; i++) {
            length += payload[i].readableBytes();
        }
        ByteBuf packet = headers.alloc().directBuffer(length);
        packet.writeBytes(headers, headers.readerIndex(), headers.readableBytes());
        for (int i = 0; i < count; i++) {
            packet.writeBytes(payload[i], payload[i].readerIndex(), payload[i].readableBytes());
        }
        txPackets.increment();
        txBytes.add(length);
        receiver.accept(packet);
        return true;
    }

    TunCounters counters() {
        return new TunCounters(
                rxPackets.sum(),
                rxBytes.sum(),
                txPackets.sum(),
                txBytes.sum(),
                rxErrors.sum(),
                txFull.sum(),
                txErrors.sum());
    }
}
