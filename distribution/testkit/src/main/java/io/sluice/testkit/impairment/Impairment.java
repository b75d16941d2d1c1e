package io.sluice.testkit.impairment;

import java.time.Duration;
import java.util.Locale;

/**
 * What one direction of a path does to its frames, in the order in which they meet it. Nothing is done to ARP and neighbour discovery but
 * delay, so that a path of 5 % loss does not lose its neighbours.
 *
 * @param mtu longest IP packet that comes through; longer ones vanish without an ICMP error (a black hole)
 * @param bitsPerSecond rate of the bottleneck, counted in octets of the IP packet; 0 has no bottleneck
 * @param queueBytes what waits before the bottleneck at most; what comes then is dropped
 * @param loss probability of a frame being lost behind the bottleneck
 * @param corrupt probability of a bit behind the Ethernet header being flipped
 * @param duplicate probability of a frame arriving twice
 * @param delay one way, after the bottleneck
 * @param jitter the delay is spread evenly by so much to either side; frames overtake one another then
 * @param reorder probability of a frame being spared the delay, so that it overtakes those before it
 */
public record Impairment(
        int mtu,
        long bitsPerSecond,
        int queueBytes,
        double loss,
        double corrupt,
        double duplicate,
        Duration delay,
        Duration jitter,
        double reorder) {

    /** RFC 791 §3.1: an IP packet cannot be longer. */
    private static final int LONGEST = 65_535;

    /** Larger than the receive windows of this project (4 MiB), so that a queue is a choice. */
    private static final int DEEP = 16 << 20;

    public static final Impairment NONE = new Impairment(LONGEST, 0, DEEP, 0, 0, 0, Duration.ZERO, Duration.ZERO, 0);

    public Impairment {
        for (double probability : new double[] {loss, corrupt, duplicate, reorder}) {
            if (!(probability >= 0 && probability <= 1)) {
                throw new IllegalArgumentException("a probability of " + probability + " is not from 0 to 1");
            }
        }
        if (jitter.compareTo(delay) > 0) {
            throw new IllegalArgumentException("a jitter of " + jitter + " is more than the delay of " + delay);
        }
        if (mtu <= 0 || bitsPerSecond < 0 || queueBytes < 0 || delay.isNegative() || jitter.isNegative()) {
            throw new IllegalArgumentException("an impairment's sizes and times are not negative");
        }
    }

    public Impairment withMtu(int octets) {
        return new Impairment(octets, bitsPerSecond, queueBytes, loss, corrupt, duplicate, delay, jitter, reorder);
    }

    /** A bottleneck of so many bits a second with a queue of so many octets. */
    public Impairment withRate(long rate, int queue) {
        return new Impairment(mtu, rate, queue, loss, corrupt, duplicate, delay, jitter, reorder);
    }

    public Impairment withLoss(double probability) {
        return new Impairment(mtu, bitsPerSecond, queueBytes, probability, corrupt, duplicate, delay, jitter, reorder);
    }

    public Impairment withCorruption(double probability) {
        return new Impairment(mtu, bitsPerSecond, queueBytes, loss, probability, duplicate, delay, jitter, reorder);
    }

    public Impairment withDuplication(double probability) {
        return new Impairment(mtu, bitsPerSecond, queueBytes, loss, corrupt, probability, delay, jitter, reorder);
    }

    public Impairment withDelay(Duration time) {
        return new Impairment(mtu, bitsPerSecond, queueBytes, loss, corrupt, duplicate, time, jitter, reorder);
    }

    public Impairment withJitter(Duration spread) {
        return new Impairment(mtu, bitsPerSecond, queueBytes, loss, corrupt, duplicate, delay, spread, reorder);
    }

    public Impairment withReordering(double probability) {
        return new Impairment(mtu, bitsPerSecond, queueBytes, loss, corrupt, duplicate, delay, jitter, probability);
    }

    /**
     * Parses {@code "loss=1% delay=10ms jitter=1ms rate=20mbit queue=64k duplicate=0.1% corrupt=0.1% reorder=2% mtu=1280"}; what is not named is
     * not impaired. A rate without a queue gets a queue of 100 ms, 64 KiB at least.
     */
    public static Impairment parse(String text) {
        Impairment all = NONE;
        boolean queue = false;
        for (String word : text.strip().split("[\\s,]+")) {
            if (word.isEmpty()) {
                continue;
            }
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            String value = word.substring(equals + 1).toLowerCase(Locale.ROOT);
            queue |= name.equals("queue");
            try {
                all = switch (name) {
                    case "mtu" -> all.withMtu(Integer.parseInt(value));
                    case "rate" -> all.withRate(rate(value), all.queueBytes);
                    case "queue" -> all.withRate(all.bitsPerSecond, (int) scaled(value, 1024));
                    case "loss" -> all.withLoss(probability(value));
                    case "corrupt" -> all.withCorruption(probability(value));
                    case "duplicate" -> all.withDuplication(probability(value));
                    case "delay" -> all.withDelay(time(value));
                    case "jitter" -> all.withJitter(time(value));
                    case "reorder" -> all.withReordering(probability(value));
                    default -> throw new IllegalArgumentException("unknown");
                };
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "'" + word + "' is no impairment (" + e.getMessage() + "); one is like loss=1% or delay=10ms",
                        e);
            }
        }
        if (all.bitsPerSecond > 0 && !queue) {
            all = all.withRate(all.bitsPerSecond, (int) Math.min(DEEP, Math.max(64 << 10, all.bitsPerSecond / 80)));
        }
        return all;
    }

    private static double probability(String value) {
        return value.endsWith("%")
                ? Double.parseDouble(value.substring(0, value.length() - 1)) / 100
                : Double.parseDouble(value);
    }

    private static Duration time(String value) {
        if (value.endsWith("us")) {
            return nanos(value, 2, 1e3);
        }
        return value.endsWith("ms") ? nanos(value, 2, 1e6) : nanos(value, value.endsWith("s") ? 1 : 0, 1e9);
    }

    private static Duration nanos(String value, int unit, double nanos) {
        return Duration.ofNanos((long) (Double.parseDouble(value.substring(0, value.length() - unit)) * nanos));
    }

    private static long rate(String value) {
        String bits = value.endsWith("bit") ? value.substring(0, value.length() - 3) : value;
        return scaled(bits, 1000);
    }

    private static long scaled(String value, int step) {
        int power = "kmg".indexOf(value.charAt(value.length() - 1)) + 1;
        String number = power == 0 ? value : value.substring(0, value.length() - 1);
        return (long) (Double.parseDouble(number) * Math.pow(step, power));
    }
}
