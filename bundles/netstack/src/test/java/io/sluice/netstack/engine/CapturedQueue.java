package io.sluice.netstack.engine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.sluice.api.tun.PacketHandler;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.Segmentation;
import io.sluice.api.tun.TunQueue;
import java.util.ArrayDeque;
import java.util.Deque;

/** A queue that keeps a copy of every packet written to it. */
public final class CapturedQueue implements TunQueue {

    /** One packet as the device would have got it. */
    public record Packet(byte[] octets, Segmentation segmentation, int segmentSize, boolean partialChecksum) {}

    public final Deque<Packet> packets = new ArrayDeque<>();

    /** While set, the device takes nothing. */
    public boolean full;

    @Override
    public int index() {
        return 0;
    }

    @Override
    public Future<Void> start(EventLoop loop, PacketHandler handler) {
        throw new UnsupportedOperationException("the test drives the engine itself");
    }

    @Override
    public Future<Void> stop() {
        throw new UnsupportedOperationException("the test drives the engine itself");
    }

    @Override
    public boolean write(ByteBuf headers, ByteBuf[] payload, int count, PacketOffload offload) {
        if (full) {
            return false;
        }
        int length = headers.readableBytes();
        for (int i = 0; i < count; i++) {
            length += payload[i].readableBytes();
        }
        byte[] octets = new byte[length];
        int at = headers.readableBytes();
        headers.getBytes(headers.readerIndex(), octets, 0, at);
        for (int i = 0; i < count; i++) {
            int part = payload[i].readableBytes();
            payload[i].getBytes(payload[i].readerIndex(), octets, at, part);
            at += part;
        }
        packets.add(new Packet(octets, offload.segmentation, offload.segmentSize, offload.partialChecksum));
        return true;
    }
}
