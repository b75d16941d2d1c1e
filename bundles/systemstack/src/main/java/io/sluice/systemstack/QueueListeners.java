package io.sluice.systemstack;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.ServerChannel;
import io.sluice.api.netstack.StackException;
import io.sluice.api.tun.PacketOffload;
import io.sluice.netstack.attach.StreamLayer;
import io.sluice.netstack.attach.StreamLayers;
import io.sluice.netstack.engine.IncomingPacket;
import io.sluice.netstack.engine.StackEngine;
import io.sluice.systemstack.engine.KernelSide;
import io.sluice.systemstack.engine.OtherQueues;
import io.sluice.systemstack.engine.TcpNat;
import io.sluice.wire.Checksums;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listeners of one queue, and the translation that they belong to. */
final class QueueListeners {

    private static final Logger LOG = LoggerFactory.getLogger(QueueListeners.class);

    /** The kernel takes the smaller of this and {@code net.core.somaxconn} (4096 since Linux 5.4). */
    private static final int BACKLOG = 4_096;

    /** Packets from other queues that may wait: what one wake-up of a queue brings at most, several times. */
    private static final int MOST_HANDED_OVER = 256;

    /** A minute is often enough to say the same thing. */
    private static final long SILENCE_NANOS = 60_000_000_000L;

    KernelSide side4;
    KernelSide side6;

    private final EventLoop loop;
    private final String device;
    private final List<ServerChannel> channels = new ArrayList<>();
    private final AtomicInteger handedOver = new AtomicInteger();
    private volatile TcpNat nat;
    private StackEngine engine;
    private boolean warned;
    private long warnedAt;

    QueueListeners(EventLoop loop, String device) {
        this.loop = loop;
        this.device = device;
    }

    /** Returns the port. */
    int listen(ServerChannel channel, InetSocketAddress address) throws StackException {
        channels.add(channel);
        channel.config().setOption(ChannelOption.SO_BACKLOG, BACKLOG);
        channel.pipeline().addLast(new SessionAcceptor(this));
        ChannelFuture registered = loop.register(channel).awaitUninterruptibly();
        ChannelFuture bound = registered.isSuccess() ? channel.bind(address).awaitUninterruptibly() : registered;
        if (!bound.isSuccess()) {
            throw new StackException(
                    "the system stack cannot listen at "
                            + address.getAddress().getHostAddress() + " of " + device + " ("
                            + bound.cause().getMessage() + "): is the address the device's own?",
                    bound.cause());
        }
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    StreamLayer layer(StreamLayers.Place there, OtherQueues others) {
        engine = there.engine();
        TcpNat made = new TcpNat(
                engine,
                side4,
                side6,
                there.icmpErrors(),
                session -> there.offers().accept(new SessionRequest(session, loop, there.inboundTag())),
                others,
                this::unanswered);
        nat = made;
        return new StreamLayer(made, made, made::connections, made::halfOpen);
    }

    /** Null before the engine is there. */
    TcpNat nat() {
        return nat;
    }

    boolean listensAt(int port, boolean v6) {
        KernelSide side = v6 ? side6 : side4;
        return side != null && side.port() == port;
    }

    /** From another queue's loop. */
    void take(IncomingPacket packet) {
        if (handedOver.incrementAndGet() > MOST_HANDED_OVER) {
            handedOver.decrementAndGet(); // lost, as on a full link
            return;
        }
        ByteBuf kept = packet.retain(packet.at, packet.length);
        boolean partial = packet.checksums == Checksums.OFFLOADED;
        PacketOffload how = new PacketOffload().set(packet.segmentation, packet.segmentSize, partial, 0);
        try {
            loop.execute(() -> {
                handedOver.decrementAndGet();
                if (!nat.isDetached()) {
                    long now = engine.nowNanos();
                    engine.input(kept, how, now);
                    engine.batchComplete(now);
                }
                kept.release();
            });
        } catch (RejectedExecutionException e) {
            kept.release();
        }
    }

    private void unanswered() {
        long now = engine.nowNanos();
        if (!warned || now - warnedAt >= SILENCE_NANOS) {
            warned = true;
            warnedAt = now;
            LOG.warn(
                    "the kernel does not answer what comes in by {}: if a packet filter drops it, allow TCP from {} in"
                            + " its input chain, or set tun.stack to user",
                    device,
                    device);
        }
    }

    void close() {
        channels.forEach(channel -> channel.close().awaitUninterruptibly());
    }
}
