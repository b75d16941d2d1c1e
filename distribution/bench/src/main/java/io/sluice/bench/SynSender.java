package io.sluice.bench;

import java.lang.foreign.Arena;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends SYNs at a rate, for a time, from the namespace that it is started in. Says {@code ready}, begins when a line comes in, and says in the
 * end what it reached: {@code sent N in M ms}.
 *
 * <p>Paced by a token bucket: what a busy machine did not let it send in time it makes up for, but not more than {@link #DEPTH_SECONDS} of
 * it, as a longer burst would test the length of a queue instead.
 */
final class SynSender {

    /** Half a TUN device's queue of 1,000 packets at 50,000 a second. */
    private static final double DEPTH_SECONDS = 0.01;

    /** At 50,000 a second a batch is due every 0.6 ms. */
    private static final int BATCH = 32;

    /** Short beside the time of a batch. */
    private static final long PAUSE_NANOS = 200_000;

    private SynSender() {}

    /** @param arguments SYNs a second, seconds, and a seed for what they carry */
    public static void main(String[] arguments) throws Exception {
        int rate = Integer.parseInt(arguments[0]);
        long nanos = Integer.parseInt(arguments[1]) * 1_000_000_000L;
        try (Arena arena = Arena.ofConfined()) {
            SynBatch batch = new SynBatch(arena, BATCH, Long.parseLong(arguments[2]));
            int fd = KernelSockets.rawSocket();
            System.out.println("ready");
            if (System.in.read() < 0) {
                return; // whoever started this has gone
            }
            long begun = System.nanoTime();
            long sent = flood(fd, batch, rate, begun, nanos);
            System.out.printf("sent %d in %d ms%n", sent, (System.nanoTime() - begun) / 1_000_000);
        }
        System.out.flush();
        // The moment of the end is the flood's end; an orderly one takes tens of milliseconds.
        Runtime.getRuntime().halt(0);
    }

    private static long flood(int fd, SynBatch batch, int rate, long begun, long nanos) {
        double depth = Math.max(2 * BATCH, rate * DEPTH_SECONDS);
        double tokens = 0;
        long sent = 0;
        long last = begun;
        for (long now = begun; now - begun < nanos; now = System.nanoTime()) {
            tokens = Math.min(depth, tokens + (now - last) * 1e-9 * rate);
            last = now;
            if (tokens < BATCH) {
                LockSupport.parkNanos(PAUSE_NANOS);
                continue;
            }
            int taken = batch.send(fd);
            tokens -= taken;
            sent += taken;
        }
        return sent;
    }
}
