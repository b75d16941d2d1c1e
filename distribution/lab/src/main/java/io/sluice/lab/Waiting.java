package io.sluice.lab;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for something that another thread or process does. */
final class Waiting {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private Waiting() {}

    static void until(String what, Callable<Boolean> condition) {
        if (!within(PATIENCE, condition)) {
            throw new IllegalStateException(what + ": not in " + PATIENCE.toSeconds() + " s");
        }
    }

    /** Whether it came true in that time. */
    static boolean within(Duration time, Callable<Boolean> condition) {
        long end = System.nanoTime() + time.toNanos();
        try {
            while (!condition.call()) {
                if (System.nanoTime() - end > 0) {
                    return false;
                }
                Thread.sleep(5);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    static void end(Thread thread) {
        try {
            thread.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
