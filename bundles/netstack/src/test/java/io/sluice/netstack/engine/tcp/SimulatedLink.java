package io.sluice.netstack.engine.tcp;

import io.sluice.wire.Checksum;
import io.sluice.wire.Octets;
import java.nio.ByteBuffer;
import java.util.Random;

/**
 * One direction of a path: a bottleneck with a queue, delay, and seeded faults.
 *
 * @param bitsPerSecond rate of the bottleneck
 * @param delayNanos one way
 * @param queueBytes what the bottleneck's queue holds; more is dropped at its tail
 * @param loss probability of losing a packet
 * @param reorder probability of a packet being held back for half the delay more
 * @param duplicate probability of a packet arriving twice
 * @param corrupt probability of an octet of a packet being another one when it arrives
 * @param markBytes beyond so much in the queue, packets of capable flows are marked (RFC 3168 §5)
 */
record SimulatedLink(
        long bitsPerSecond,
        long delayNanos,
        int queueBytes,
        double loss,
        double reorder,
        double duplicate,
        double corrupt,
        int markBytes) {

    static SimulatedLink of(double megabits, double roundTripMillis) {
        long rate = (long) (megabits * 1e6);
        long delay = (long) (roundTripMillis * 1e6 / 2);
        // One bandwidth-delay product of queue, 64 KiB at least.
        int queue = (int) Math.max(64 * 1024, rate / 8.0 * roundTripMillis / 1e3);
        return new SimulatedLink(rate, delay, queue, 0, 0, 0, 0, Integer.MAX_VALUE);
    }

    SimulatedLink losing(double probability) {
        return new SimulatedLink(
                bitsPerSecond, delayNanos, queueBytes, probability, reorder, duplicate, corrupt, markBytes);
    }

    SimulatedLink reordering(double probability) {
        return new SimulatedLink(
                bitsPerSecond, delayNanos, queueBytes, loss, probability, duplicate, corrupt, markBytes);
    }

    SimulatedLink duplicating(double probability) {
        return new SimulatedLink(bitsPerSecond, delayNanos, queueBytes, loss, reorder, probability, corrupt, markBytes);
    }

    SimulatedLink corrupting(double probability) {
        return new SimulatedLink(
                bitsPerSecond, delayNanos, queueBytes, loss, reorder, duplicate, probability, markBytes);
    }

    SimulatedLink marking(int bytes) {
        return new SimulatedLink(bitsPerSecond, delayNanos, queueBytes, loss, reorder, duplicate, corrupt, bytes);
    }

    SimulatedLink queueing(int bytes) {
        return new SimulatedLink(bitsPerSecond, delayNanos, bytes, loss, reorder, duplicate, corrupt, markBytes);
    }

    /** The moving part: what the queue holds now. */
    static final class Direction {

        static final long DROPPED = -1;

        private SimulatedLink link;
        private final Random random;
        private long freeAt;
        private boolean marked;

        Direction(SimulatedLink link, long seed) {
            this.link = link;
            this.random = new Random(seed);
        }

        long delayNanos() {
            return link.delayNanos;
        }

        boolean duplicates() {
            return link.duplicate > 0 && random.nextDouble() < link.duplicate;
        }

        /** The path changes. */
        void become(SimulatedLink other) {
            link = other;
        }

        /** The packet as it arrives, after {@link #arrival}. */
        byte[] carried(byte[] packet) {
            if (marked && (packet[1] & 3) != 0) {
                packet[1] |= 3;
                packet[10] = 0;
                packet[11] = 0;
                int sum = Checksum.sum(ByteBuffer.wrap(packet), 0, 20);
                Octets.put16(ByteBuffer.wrap(packet), 10, Checksum.complement(sum));
            }
            if (link.corrupt == 0 || random.nextDouble() >= link.corrupt) {
                return packet;
            }
            byte[] other = packet.clone();
            other[random.nextInt(other.length)] ^= (byte) (1 + random.nextInt(255));
            return other;
        }

        /** When a packet that enters now arrives, or {@link #DROPPED}. */
        long arrival(int octets, long nowNanos) {
            long begin = Math.max(nowNanos, freeAt);
            long waiting = (begin - nowNanos) / 1_000 * link.bitsPerSecond / 8_000_000;
            if (waiting > link.queueBytes || random.nextDouble() < link.loss) {
                return DROPPED;
            }
            marked = waiting > link.markBytes;
            freeAt = begin + octets * 8_000_000_000L / link.bitsPerSecond;
            long late = link.reorder > 0 && random.nextDouble() < link.reorder ? link.delayNanos / 2 : 0;
            return freeAt + link.delayNanos + late;
        }
    }
}
