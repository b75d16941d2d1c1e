package io.sluice.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** Waits for what another process does. */
final class Await {

    /** The slowest start of a gateway on a busy machine has taken a quarter of it. */
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    private Await() {}

    /** Fails, naming {@code what} and showing the end of its log, where a process ends or takes a minute before the condition is true. */
    static void until(String what, Process process, Path log, Callable<Boolean> condition) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        try {
            while (!condition.call()) {
                if (!process.isAlive() || System.nanoTime() > end) {
                    throw new IllegalStateException(what + " did not come about: " + tail(log));
                }
                Thread.sleep(3);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + what, e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(what, e);
        }
    }

    static String tail(Path log) {
        try {
            String text = Files.readString(log).strip();
            return text.substring(Math.max(0, text.length() - 600));
        } catch (IOException e) {
            return "no log";
        }
    }
}
