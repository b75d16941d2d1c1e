package io.sluice.netstack.attach;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.flow.StreamRequest;
import io.sluice.api.netstack.StackConfig;
import io.sluice.api.tun.PacketHandler;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.TunDevice;
import io.sluice.api.tun.TunException;
import io.sluice.api.tun.TunQueue;
import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.EngineSetup;
import io.sluice.netstack.engine.LocalAddresses;
import io.sluice.netstack.engine.StackEngine;
import io.sluice.netstack.engine.icmp.EchoOffer;
import io.sluice.netstack.engine.icmp.IcmpErrorSender;
import io.sluice.netstack.engine.icmp.IcmpLayer;
import io.sluice.netstack.engine.ip.Fragmenter;
import io.sluice.netstack.engine.ip.SlowPath;
import io.sluice.netstack.engine.udp.UdpLayer;
import io.sluice.netstack.engine.udp.UdpSession;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Drives one engine from one queue: gives it packets, the time and its timer ticks, all on the queue's loop. */
final class QueueDriver implements PacketHandler {

    private static final Logger LOG = LoggerFactory.getLogger(QueueDriver.class);

    private final TunQueue queue;
    private final EventLoop loop;
    private final String inboundTag;
    private final Supplier<FlowAcceptor> acceptor;
    private final StackEngine engine;
    private final StreamLayer streams;
    private final UdpLayer udp;
    private final Fragmenter fragmenter;
    private final IcmpErrorSender icmpErrors;

    private Future<?> alarm;
    private long alarmAt = Long.MAX_VALUE;
    private boolean detached;

    /** Of the batch under way. */
    private int packets;

    /**
     * @param share bounds of this queue's engine
     * @param memoryBytes likewise
     * @param acceptor gives null while there is none
     * @param layers makes its TCP
     */
    QueueDriver(
            TunDevice device,
            TunQueue queue,
            EventLoop loop,
            StackConfig share,
            long memoryBytes,
            Supplier<FlowAcceptor> acceptor,
            StreamLayers layers) {
        this.queue = queue;
        this.loop = loop;
        this.inboundTag = share.inboundTag();
        this.acceptor = acceptor;
        this.engine = new StackEngine(new EngineSetup(
                queue,
                device.mtu(),
                device.offload(),
                share,
                memoryBytes,
                System::nanoTime,
                new SecureRandom(),
                ByteBufAllocator.DEFAULT,
                this::arm));
        LocalAddresses own = new LocalAddresses(share.addresses());
        this.fragmenter = new Fragmenter(engine);
        this.icmpErrors = new IcmpErrorSender(engine, own);
        this.streams = layers.layer(new StreamLayers.Place(engine, icmpErrors, own, loop, inboundTag, this::offered));
        this.udp = new UdpLayer(engine, this::offeredSession, own, fragmenter, icmpErrors);
        IcmpLayer icmp = new IcmpLayer(
                engine, own, this::offeredEcho, fragmenter, icmpErrors, streams.errors(), udp::packetTooBig);
        engine.protocols(streams.input(), udp, icmp, new SlowPath(engine, icmpErrors));
    }

    StackEngine engine() {
        return engine;
    }

    StreamLayer streams() {
        return streams;
    }

    UdpLayer udp() {
        return udp;
    }

    Future<Void> start() {
        return queue.start(loop, this);
    }

    /** Ends every flow, then stops the queue; the future completes when no packet will come any more. */
    Future<?> detach(CloseReason reason) {
        Promise<Void> done = loop.newPromise();
        loop.execute(() -> {
            detachNow(reason);
            queue.stop().addListener(stopped -> done.trySuccess(null));
        });
        return done;
    }

    private void detachNow(CloseReason reason) {
        if (!detached) {
            detached = true;
            engine.detach(reason, System.nanoTime());
            fragmenter.release();
            icmpErrors.release();
            if (alarm != null) {
                alarm.cancel(false);
            }
        }
    }

    private void offered(StreamRequest request) {
        FlowAcceptor current = acceptor.get();
        if (current == null) {
            request.reject(CloseReason.POLICY_ABSENT);
            return;
        }
        try {
            current.stream(request);
        } catch (RuntimeException e) {
            engine.counters().count(Counter.INTERNAL_FAULTS);
            LOG.error("The flow acceptor failed on {}; the connection is refused.", request.source(), e);
            request.reject(CloseReason.INTERNAL_ERROR);
        }
    }

    private void offeredSession(UdpSession session) {
        FlowAcceptor current = acceptor.get();
        if (current == null) {
            session.reject(CloseReason.POLICY_ABSENT);
            return;
        }
        try {
            current.datagrams(new UdpDatagramRequest(session, loop, inboundTag));
        } catch (RuntimeException e) {
            engine.counters().count(Counter.INTERNAL_FAULTS);
            LOG.error("The flow acceptor failed on {}; it is closed.", session, e);
            session.reject(CloseReason.INTERNAL_ERROR);
            session.close(CloseReason.INTERNAL_ERROR);
        }
    }

    private void offeredEcho(EchoOffer offer) {
        FlowAcceptor current = acceptor.get();
        if (current == null) {
            offer.reject(CloseReason.POLICY_ABSENT);
            return;
        }
        try {
            current.echo(new IcmpEchoRequest(offer, loop, inboundTag));
        } catch (RuntimeException e) {
            engine.counters().count(Counter.INTERNAL_FAULTS);
            LOG.error("The flow acceptor failed on an echo request to {}; it is refused.", offer.local(), e);
            offer.reject(CloseReason.INTERNAL_ERROR);
        }
    }

    private void arm(long deadlineNanos) {
        if (deadlineNanos >= alarmAt) {
            return;
        }
        if (alarm != null) {
            alarm.cancel(false);
        }
        alarmAt = deadlineNanos;
        alarm = loop.schedule(this::ring, Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    private void ring() {
        alarmAt = Long.MAX_VALUE;
        alarm = null;
        if (!detached) {
            try {
                engine.tick(System.nanoTime());
            } catch (RuntimeException e) {
                engine.counters().count(Counter.INTERNAL_FAULTS);
                LOG.error("A timer of queue {} failed; the others go on.", queue.index(), e);
            }
        }
    }

    @Override
    public void packet(ByteBuf packet, PacketOffload offload) {
        if (!detached) {
            packets++;
            engine.input(packet, offload, System.nanoTime());
        }
    }

    @Override
    public void batchComplete() {
        if (!detached) {
            long now = System.nanoTime();
            engine.batchComplete(now);
            long rest = udp.rest(packets, now);
            packets = 0;
            if (rest > 0) {
                queue.rest(rest);
            }
        }
    }

    @Override
    public void writable() {
        if (!detached) {
            engine.writable(System.nanoTime());
        }
    }

    @Override
    public void failed(TunException cause) {
        LOG.warn("Queue {} of the TUN device failed: {}", queue.index(), cause.getMessage());
        detachNow(CloseReason.INTERNAL_ERROR);
    }
}
