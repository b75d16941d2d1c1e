package io.sluice.testkit.impairment;

import io.sluice.testkit.netns.NetworkNamespace;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Two TAP devices, each in a namespace, and a bad path between them. Give them addresses and set them up as if they were the two ends of a
 * veth pair.
 *
 * <p>How exact it is: a frame is written as soon as its time has come and the thread runs. With a rate in both directions the thread is a
 * real-time one, so that load beside it does not show, and the error is some tens of microseconds. Without a rate it moves what one thread
 * can, a frame at a time.
 */
public final class ImpairmentRelay implements AutoCloseable {

    /** Ethernet with one VLAN tag and an MTU of 1500 fits, and slots stay on cache lines. */
    private static final int SLOT = 2048;

    /** 200 Mbit/s of full frames for half a second, or of acknowledgements for as long at a rate that matters. */
    private static final int CAPACITY = 16_384;

    /** Frames read from one side before the other one is looked at. */
    private static final int BATCH = 64;

    private static final int REHEARSAL = 1000;

    /** Frames; a sender's burst of 4 MiB fits. */
    private static final String DEVICE_QUEUE = "3000";

    /** How often a closed relay is noticed without a frame. */
    private static final long LONGEST_WAIT_NANOS = 100_000_000;

    private final RelayCounters counters = new RelayCounters();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final CountDownLatch ready = new CountDownLatch(1);
    private final String name;
    private volatile boolean closed;

    private ImpairmentRelay(TapDevice left, TapDevice right, Impairment there, Impairment back, long seed) {
        name = "relay-" + left + "-" + right;
        Thread.ofPlatform().daemon().name(name).start(() -> {
            try (Arena arena = Arena.ofConfined()) {
                rehearse(there);
                rehearse(back);
                ready.countDown();
                Way forth = new Way(arena, left, right, there, 2 * seed, counters.leftToRight());
                run(arena, forth, new Way(arena, right, left, back, 2 * seed + 1, counters.rightToLeft()));
            } finally {
                left.close();
                right.close();
                ended.countDown();
            }
        });
    }

    /** One place where an end of the path is: {@code NAMESPACE:INTERFACE}. */
    public record End(String namespace, String device) {

        public static End parse(String text) {
            int colon = text.lastIndexOf(':');
            if (colon <= 0 || colon == text.length() - 1) {
                throw new IllegalArgumentException("'" + text + "' is not NAMESPACE:INTERFACE");
            }
            return new End(text.substring(0, colon), text.substring(colon + 1));
        }
    }

    /**
     * Makes both devices and begins to relay; both are still down.
     *
     * @param there from left to right
     * @param back from right to left
     * @param seed of every decision
     */
    public static ImpairmentRelay open(End left, End right, Impairment there, Impairment back, long seed)
            throws Exception {
        TapDevice first = TapDevice.open(left.namespace(), left.device());
        try {
            ImpairmentRelay relay =
                    new ImpairmentRelay(first, TapDevice.open(right.namespace(), right.device()), there, back, seed);
            relay.ready.await();
            return relay;
        } catch (Exception e) {
            first.close();
            throw e;
        }
    }

    /** A relay between two namespaces whose ends have addresses, with their prefix lengths, and are up. */
    public static ImpairmentRelay between(
            NetworkNamespace left,
            String leftAddress,
            NetworkNamespace right,
            String rightAddress,
            String device,
            Impairment there,
            Impairment back,
            long seed)
            throws Exception {
        ImpairmentRelay relay = open(new End(left.name(), device), new End(right.name(), device), there, back, seed);
        for (NetworkNamespace end : List.of(left, right)) {
            end.exec("ip", "link", "set", device, "txqueuelen", DEVICE_QUEUE);
            end.exec("ip", "addr", "add", end == left ? leftAddress : rightAddress, "dev", device);
            end.exec("ip", "link", "set", device, "up");
        }
        return relay;
    }

    /** So that the first frames are not held up by classes being loaded and code being interpreted. */
    private static void rehearse(Impairment impairment) {
        ImpairedDirection direction =
                new ImpairedDirection(impairment, 0, REHEARSAL, new RelayCounters().leftToRight());
        for (int round = 0; round < 10; round++) {
            for (int frame = 0; frame < REHEARSAL && !direction.full(); frame++) {
                long arrival = direction.offer(Math.min(1500, impairment.mtu()), false, frame);
                if (arrival != ImpairedDirection.DROPPED) {
                    direction.enter(frame, arrival);
                }
                direction.corruptedBit(1500);
                direction.duplicates();
            }
            while (direction.nextArrivalNanos() != Long.MAX_VALUE) {
                direction.take();
            }
        }
    }

    public RelayCounters counters() {
        return counters;
    }

    /** One direction with the frames that are under way in it. */
    private static final class Way {
        private final int from;
        private final int to;
        private final ImpairedDirection direction;
        private final RelayCounters.Direction counters;
        private final Frames frames;

        Way(
                Arena arena,
                TapDevice from,
                TapDevice to,
                Impairment impairment,
                long seed,
                RelayCounters.Direction counters) {
            this.from = from.fd();
            this.to = to.fd();
            this.counters = counters;
            direction = new ImpairedDirection(impairment, seed, CAPACITY, counters);
            frames = new Frames(arena, CAPACITY + 1, SLOT);
        }

        /** Takes what the kernel has sent. */
        void receive(Posix posix) {
            for (int i = 0; i < BATCH; i++) {
                int slot = frames.take(); // one more than can be under way, so there is one
                int octets = posix.read(from, frames.octets(slot), SLOT);
                if (octets < Frames.LINK_HEADER) {
                    frames.giveBack(slot);
                    return;
                }
                frames.length(slot, octets);
                decide(slot, octets - Frames.LINK_HEADER);
            }
        }

        private void decide(int slot, int octets) {
            boolean spared = frames.isNeighbourly(slot);
            if (direction.full()) {
                counters.overflow++;
                frames.giveBack(slot);
                return;
            }
            long arrival = direction.offer(octets, spared, System.nanoTime());
            if (arrival == ImpairedDirection.DROPPED) {
                frames.giveBack(slot);
                return;
            }
            direction.enter(slot, arrival);
            if (spared) {
                return;
            }
            int bit = direction.corruptedBit(octets);
            if (bit >= 0) {
                counters.corrupted++;
                frames.flip(slot, bit);
            }
            if (direction.duplicates() && !direction.full()) {
                counters.duplicated++;
                direction.enter(frames.copy(slot), arrival);
            }
        }

        /** Hands over whatever has arrived by now. */
        void deliver(Posix posix) {
            while (direction.nextArrivalNanos() <= System.nanoTime()) {
                int slot = direction.take();
                int written = posix.write(to, frames.octets(slot), frames.length(slot));
                if (written < 0) {
                    counters.undeliverable++;
                } else {
                    counters.delivered++;
                }
                frames.giveBack(slot);
            }
        }
    }

    private void run(Arena arena, Way there, Way back) {
        Posix posix = new Posix(arena);
        posix.exactTimers();
        if (there.direction.isPaced() && back.direction.isPaced()) {
            posix.goFirst(arena); // it never runs for long
        }
        MemorySegment descriptors = arena.allocate(16, 8);
        descriptors.set(ValueLayout.JAVA_INT, 0, there.from);
        descriptors.set(ValueLayout.JAVA_SHORT, 4, Posix.POLLIN);
        descriptors.set(ValueLayout.JAVA_INT, 8, back.from);
        descriptors.set(ValueLayout.JAVA_SHORT, 12, Posix.POLLIN);
        MemorySegment timeout = arena.allocate(16, 8);
        while (!closed) {
            there.deliver(posix);
            back.deliver(posix);
            long next = Math.min(there.direction.nextArrivalNanos(), back.direction.nextArrivalNanos());
            long wait = next == Long.MAX_VALUE
                    ? LONGEST_WAIT_NANOS
                    : Math.clamp(next - System.nanoTime(), 0, LONGEST_WAIT_NANOS);
            timeout.set(ValueLayout.JAVA_LONG, 0, 0);
            timeout.set(ValueLayout.JAVA_LONG, 8, wait);
            if (posix.poll(descriptors, 2, timeout) > 0) {
                if (descriptors.get(ValueLayout.JAVA_SHORT, 6) != 0) {
                    there.receive(posix);
                }
                if (descriptors.get(ValueLayout.JAVA_SHORT, 14) != 0) {
                    back.receive(posix);
                }
            }
        }
    }

    /** Ends the relay and removes both devices; what is under way is lost. */
    @Override
    public void close() {
        closed = true;
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // its thread ends all the same
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
