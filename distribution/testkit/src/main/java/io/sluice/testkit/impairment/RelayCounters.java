package io.sluice.testkit.impairment;

/** What a relay did. Its thread writes without care for readers: exact once the relay is closed, a moment old before. */
public final class RelayCounters {

    /** One direction. */
    public static final class Direction {
        long offered;
        long delivered;
        long tooLong;
        long queueFull;
        long lost;
        long corrupted;
        long duplicated;
        long overtaking;
        long overflow;
        long undeliverable;

        /** Frames other than ARP and neighbour discovery that came in. */
        public long offered() {
            return offered;
        }

        public long delivered() {
            return delivered;
        }

        /** Longer than the path's MTU. */
        public long tooLong() {
            return tooLong;
        }

        /** Dropped before the bottleneck. */
        public long queueFull() {
            return queueFull;
        }

        public long lost() {
            return lost;
        }

        public long corrupted() {
            return corrupted;
        }

        public long duplicated() {
            return duplicated;
        }

        /** Spared the delay. */
        public long overtaking() {
            return overtaking;
        }

        /** Dropped by the relay itself, which had no room for more frames under way: the result is void if there are any. */
        public long overflow() {
            return overflow;
        }

        /** Refused by the kernel on the far side, for instance because the interface was down. */
        public long undeliverable() {
            return undeliverable;
        }

        @Override
        public String toString() {
            return ("offered %d, delivered %d, lost %d, queue full %d, too long %d, corrupted %d, duplicated %d, overtaking %d, overflow %d,"
                            + " undeliverable %d")
                    .formatted(
                            offered,
                            delivered,
                            lost,
                            queueFull,
                            tooLong,
                            corrupted,
                            duplicated,
                            overtaking,
                            overflow,
                            undeliverable);
        }
    }

    private final Direction leftToRight = new Direction();
    private final Direction rightToLeft = new Direction();

    public Direction leftToRight() {
        return leftToRight;
    }

    public Direction rightToLeft() {
        return rightToLeft;
    }

    @Override
    public String toString() {
        return "-> " + leftToRight + "\n<- " + rightToLeft;
    }
}
