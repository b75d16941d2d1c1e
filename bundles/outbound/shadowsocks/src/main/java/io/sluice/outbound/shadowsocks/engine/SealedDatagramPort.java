package io.sluice.outbound.shadowsocks.engine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.proxyclient.ClientCounters;
import io.sluice.proxycodec.HostNames;
import io.sluice.shadowsocks.FaultException;
import io.sluice.shadowsocks.packet.ClientPackets;
import io.sluice.shadowsocks.packet.Datagram;
import java.net.InetSocketAddress;

/**
 * An association: each datagram sealed for the server, whatever its peer. Nothing is queued here. Loop thread only.
 */
final class SealedDatagramPort implements DatagramPort, DatagramReceiver {

    private final DatagramPort below;
    private final InetSocketAddress server;
    private final ClientPackets packets;
    private final ClientCounters counters;
    private DatagramReceiver receiver;

    /** @param below to the server; ownership passes */
    SealedDatagramPort(DatagramPort below, InetSocketAddress server, ClientPackets packets, ClientCounters counters) {
        this.below = below;
        this.server = server;
        this.packets = packets;
        this.counters = counters;
    }

    @Override
    public EventLoop eventLoop() {
        return below.eventLoop();
    }

    @Override
    public void send(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
        int number = number(payload.readableBytes(), segmentSize);
        if (below.closed().isDone() || !HostNames.isCarriable(peer)) {
            counters.datagramsDropped.add(number);
            payload.release();
            return;
        }
        ByteBuf sealed = packets.seal(payload, segmentSize, peer);
        if (sealed == null) {
            // Longer than what UDP can carry with a header before it.
            counters.datagramsDropped.add(number);
            return;
        }
        counters.datagramsSent.add(number);
        below.send(sealed, segmentSize <= 0 ? 0 : segmentSize + packets.overhead(peer), server);
    }

    private static int number(int octets, int segmentSize) {
        return segmentSize <= 0 || octets <= segmentSize ? 1 : (octets + segmentSize - 1) / segmentSize;
    }

    @Override
    public void flush() {
        below.flush();
    }

    @Override
    public void receiver(DatagramReceiver taker) {
        receiver = taker;
        below.receiver(this);
    }

    @Override
    public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress from) {
        if (segmentSize <= 0) {
            deliver(payload);
            return;
        }
        // Joined by the kernel: each is a packet.
        int end = payload.writerIndex();
        for (int at = payload.readerIndex(); at < end; at += segmentSize) {
            deliver(payload.retainedSlice(at, Math.min(segmentSize, end - at)));
        }
        payload.release();
    }

    private void deliver(ByteBuf packet) {
        Datagram datagram;
        try {
            datagram = packets.open(packet);
        } catch (FaultException e) {
            counters.malformedReplies.increment();
            return;
        }
        counters.datagramsReceived.increment();
        receiver.datagram(datagram.payload(), 0, datagram.peer());
    }

    @Override
    public void batchComplete() {
        receiver.batchComplete();
    }

    /** About the server, perhaps forged, and of no peer in particular: the association goes on. */
    @Override
    public void unreachable(InetSocketAddress peer, CloseReason reason) {
        counters.datagramsDropped.increment();
    }

    @Override
    public void close(CloseReason reason) {
        below.close(reason);
    }

    @Override
    public Future<CloseReason> closed() {
        return below.closed();
    }
}
