package io.sluice.proxyserver;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition, with a deadline, and says the last state if it never came. */
public final class Await {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private Await() {}

    public static void until(Supplier<?> state, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + LIMIT.toNanos();
        Object lock = new Object();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + LIMIT + "; last state: " + state.get());
            }
            synchronized (lock) {
                lock.wait(5);
            }
        }
    }
}
