package io.sluice.outbound.balancer.engine;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntUnaryOperator;

/**
 * What flows have learned of one member. Any thread, without a lock.
 *
 * <pre>
 * state    event                                            next
 * up       an attempt fails on the way, and nobody has had  down
 *          an answer since it began
 * down     the back-off has passed, a stream asks           down, being tried: by this stream alone
 * down     whoever tries fails                              down, for longer
 * down     whoever tries gives up unheard                   down, for as long again
 * down     an answer, whoever has it                        up
 * </pre>
 *
 * The rule about answers keeps one bad destination, or one attempt among many, from condemning a server that works.
 */
final class Health {

    /** Told of changes, on the thread that made them. */
    interface Watcher {

        void wentDown(String why, long backoffNanos, long nowNanos);

        void cameUp(long nowNanos);
    }

    /** May a flow use the member? */
    enum Admission {
        YES,
        /** For this one attempt, which tells whether it is up again. */
        TRY,
        NO
    }

    /** Down; up is null. */
    private record Down(String why, int failures, long backoffNanos, long untilNanos, boolean tried) {

        Down trying() {
            return new Down(why, failures, backoffNanos, untilNanos, true);
        }

        Down again(long nowNanos) {
            return new Down(why, failures, backoffNanos, nowNanos + backoffNanos, false);
        }

        boolean isDue(long nowNanos) {
            return !tried && nowNanos - untilNanos >= 0;
        }
    }

    private final AtomicReference<Down> state = new AtomicReference<>();
    private final AtomicInteger answers = new AtomicInteger();
    private final AtomicBoolean watched = new AtomicBoolean();
    private final IntUnaryOperator dice;
    private final Watcher watcher;

    Health(IntUnaryOperator dice, Watcher watcher) {
        this.dice = dice;
        this.watcher = watcher;
    }

    boolean isUp() {
        return state.get() == null;
    }

    /** Whether an attempt that its flow does not want any more may go on, to tell of the member: one at a time. */
    boolean beginWatching() {
        return watched.compareAndSet(false, true);
    }

    void endWatching() {
        watched.set(false);
    }

    /** Why it is down, or null. */
    String why() {
        Down down = state.get();
        return down == null ? null : down.why;
    }

    /** How many answers there have been; it only matters whether that has changed. */
    int answers() {
        return answers.get();
    }

    /** @param mayTry whether the attempt would prove anything; who is admitted to try reports what came of it */
    Admission admit(long nowNanos, boolean mayTry) {
        Down down = state.get();
        if (down == null) {
            return Admission.YES;
        }
        return mayTry && down.isDue(nowNanos) && state.compareAndSet(down, down.trying())
                ? Admission.TRY
                : Admission.NO;
    }

    /** Whether a stream would be admitted to try. */
    boolean isDue(long nowNanos) {
        Down down = state.get();
        return down != null && down.isDue(nowNanos);
    }

    /** It has answered. */
    void answered(long nowNanos) {
        answers.incrementAndGet();
        if (state.get() != null && state.getAndSet(null) != null) {
            watcher.cameUp(nowNanos);
        }
    }

    /**
     * An attempt has failed on the way.
     *
     * @param answersBefore what {@link #answers} was when the attempt began
     * @param trying whether the attempt was admitted to try
     */
    void failed(String why, int answersBefore, boolean trying, long nowNanos) {
        Down down = state.get();
        if (down == null) {
            if (answers.get() == answersBefore) {
                Down first = down(why, 1, nowNanos);
                if (state.compareAndSet(null, first)) {
                    watcher.wentDown(why, first.backoffNanos, nowNanos);
                }
            }
        } else if (trying || down.isDue(nowNanos)) {
            // Where it was not due, an attempt of despair says nothing new.
            state.compareAndSet(down, down(why, down.failures + 1, nowNanos));
        }
    }

    private Down down(String why, int failures, long nowNanos) {
        long backoff = Backoff.nanos(failures, dice);
        return new Down(why, failures, backoff, nowNanos + backoff, false);
    }

    /** Who was admitted to try has learned nothing. */
    void unheard(long nowNanos) {
        Down down = state.get();
        if (down != null && down.tried) {
            state.compareAndSet(down, down.again(nowNanos));
        }
    }
}
