package io.sluice.netstack.engine.udp;

import io.netty.buffer.ByteBuf;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.netstack.engine.MemoryBudget;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;

/** What a session received before anybody took it. */
final class Backlog {

    private record Waiting(ByteBuf payload, int segmentSize, InetSocketAddress peer) {}

    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final MemoryBudget memory;
    private int octets;

    Backlog(MemoryBudget memory) {
        this.memory = memory;
    }

    boolean hasRoom(int length) {
        return waiting.size() < UdpLimits.MAX_WAITING
                && octets + length <= UdpLimits.MAX_WAITING_OCTETS
                && !memory.isExhausted();
    }

    /** Takes ownership. */
    void add(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
        octets += payload.readableBytes();
        memory.take(payload.readableBytes());
        waiting.add(new Waiting(payload, segmentSize, peer));
    }

    /** Hands the oldest over; false if there is none. */
    boolean deliver(DatagramReceiver receiver) {
        Waiting next = waiting.poll();
        if (next == null) {
            return false;
        }
        octets -= next.payload.readableBytes();
        memory.give(next.payload.readableBytes());
        receiver.datagram(next.payload, next.segmentSize, next.peer);
        return true;
    }

    void release() {
        for (Waiting next : waiting) {
            memory.give(next.payload.readableBytes());
            next.payload.release();
        }
        waiting.clear();
        octets = 0;
    }
}
