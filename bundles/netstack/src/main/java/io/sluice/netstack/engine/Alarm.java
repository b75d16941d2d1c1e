package io.sluice.netstack.engine;

/** Wakes the engine: whoever drives it calls {@link StackEngine#tick} at or after the deadline. */
@FunctionalInterface
public interface Alarm {

    /**
     * Called when the earliest deadline became earlier than the last one told, and after each tick that leaves timers behind.
     *
     * @param deadlineNanos on the engine's clock
     */
    void arm(long deadlineNanos);
}
