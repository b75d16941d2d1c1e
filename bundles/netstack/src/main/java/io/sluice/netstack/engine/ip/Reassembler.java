package io.sluice.netstack.engine.ip;

import io.netty.buffer.ByteBuf;
import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.EndpointTable;
import io.sluice.netstack.engine.IncomingPacket;
import io.sluice.netstack.engine.StackEngine;
import io.sluice.wire.Ipv4Header;
import io.sluice.wire.Verdict;
import java.nio.ByteBuffer;

/**
 * Puts fragments together: RFC 791 §3.2, RFC 8200 §4.5.
 *
 * <p>Bounds: {@link ReassemblyLimits#MAX_OCTETS} of memory together, whoever sends; beyond it the oldest incomplete packet goes. Overlapping
 * fragments end their packet, in both families: what an observer on the way and the host make of them differs (RFC 5722). Exact duplicates
 * are ignored. A packet put together that is a fragment again is dropped: nobody needs it, and it would recurse.
 */
final class Reassembler {

    /** Room for the header and one fragment of the usual size; it grows. */
    private static final int INITIAL = ReassemblyLimits.HEADROOM + 1_500;

    private final StackEngine engine;
    private final IpErrors errors;
    private final EndpointTable<FragmentedPacket> packets;
    private FragmentedPacket oldest;
    private FragmentedPacket newest;
    private int octets;
    private boolean delivering;

    Reassembler(StackEngine engine, IpErrors errors) {
        this.engine = engine;
        this.errors = errors;
        this.packets = new EndpointTable<>(engine.setup().random().nextLong());
    }

    void input(IncomingPacket fragment) {
        engine.counters().count(Counter.IP_FRAGMENTS);
        boolean v6 = fragment.v6;
        int from = v6 ? fragment.chain.fragmentOffset() : Ipv4Header.fragmentOffset(fragment.nio, fragment.at);
        boolean more = v6 ? fragment.chain.moreFragments() : Ipv4Header.moreFragments(fragment.nio, fragment.at);
        if (delivering || fragment.transportLength == 0) {
            engine.counters().malformed(Verdict.BAD_FRAGMENT);
            return;
        }
        int identification = FragmentedPacket.identification(fragment);
        FragmentedPacket packet = packets.find(
                fragment.sourceHigh,
                fragment.sourceLow,
                fragment.destinationHigh,
                fragment.destinationLow,
                identification);
        if (packet == null) {
            packet = begin(fragment, identification);
        } else if (packet.isAbandoned()) {
            return;
        }
        int before = packet.held();
        boolean sound = packet.add(fragment, from, more);
        charge(packet.held() - before);
        if (!sound) {
            abandon(packet);
        } else if (packet.isComplete()) {
            deliver(packet, fragment.nowNanos);
        }
        makeRoom();
    }

    private FragmentedPacket begin(IncomingPacket fragment, int identification) {
        int most = ReassemblyLimits.HEADROOM + Ipv4Header.MAX_TOTAL_LENGTH;
        ByteBuf memory = engine.setup().allocator().directBuffer(INITIAL, most);
        FragmentedPacket packet = new FragmentedPacket(this, fragment, identification, memory);
        packets.add(packet);
        packet.older = newest;
        if (newest == null) {
            oldest = packet;
        } else {
            newest.newer = packet;
        }
        newest = packet;
        charge(ReassemblyLimits.COST_A_PACKET + packet.held());
        engine.wheel().arm(packet, fragment.nowNanos + ReassemblyLimits.TIMEOUT);
        return packet;
    }

    private void charge(int amount) {
        octets += amount;
        engine.memory().take(amount);
    }

    /** The oldest go, at last the newcomer itself. */
    private void makeRoom() {
        while (oldest != null
                && (octets > ReassemblyLimits.MAX_OCTETS || engine.memory().isExhausted())) {
            if (!oldest.isAbandoned()) {
                engine.counters().count(Counter.IP_REASSEMBLY_FAILED);
            }
            remove(oldest);
        }
    }

    private void deliver(FragmentedPacket packet, long nowNanos) {
        ByteBuf whole = packet.whole();
        if (whole == null) {
            abandon(packet);
            return;
        }
        engine.counters().count(Counter.IP_REASSEMBLED);
        whole.retain();
        remove(packet);
        delivering = true;
        engine.reassembled(whole, nowNanos);
        delivering = false;
        whole.release();
    }

    private void abandon(FragmentedPacket packet) {
        engine.counters().count(Counter.IP_REASSEMBLY_FAILED);
        charge(-packet.held());
        packet.release();
    }

    /** RFC 1122 §3.3.2, RFC 8200 §4.5: the sender is told if the first fragment is there to quote. */
    void expired(FragmentedPacket packet, long nowNanos) {
        if (!packet.isAbandoned()) {
            engine.counters().count(Counter.IP_REASSEMBLY_FAILED);
        }
        if (packet.hasFirst()) {
            ByteBuf quote = packet.quote();
            ByteBuffer nio = quote.internalNioBuffer(quote.readerIndex(), quote.readableBytes());
            errors.reassemblyTimeExceeded(nio, nio.position(), nio.remaining(), nowNanos);
        }
        remove(packet);
    }

    private void remove(FragmentedPacket packet) {
        engine.wheel().disarm(packet);
        packets.remove(packet);
        if (packet.older == null) {
            oldest = packet.newer;
        } else {
            packet.older.newer = packet.newer;
        }
        if (packet.newer == null) {
            newest = packet.older;
        } else {
            packet.newer.older = packet.older;
        }
        charge(-ReassemblyLimits.COST_A_PACKET - packet.held());
        packet.release();
    }

    void release() {
        while (oldest != null) {
            remove(oldest);
        }
    }
}
