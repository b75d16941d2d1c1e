package io.sluice.blackbox;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for something that another process does. */
final class Await {

    private static final Duration PATIENCE = Duration.ofSeconds(240);

    /** Seldom enough to leave the machine to what is waited for. */
    private static final Duration PERIOD = Duration.ofMillis(50);

    private Await() {}

    /** Fails, naming {@code what}, where the condition has not come true in four minutes. */
    static void until(String what, Callable<Boolean> condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (!condition.call()) {
                if (System.nanoTime() > end) {
                    throw new AssertionError(what + " did not happen in " + PATIENCE.toSeconds() + " s");
                }
                Thread.sleep(PERIOD);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting: " + what, e);
        } catch (Exception e) {
            throw new AssertionError(what, e);
        }
    }
}
