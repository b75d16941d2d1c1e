package io.sluice.outbound.socks.engine;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Whether the proxy is spoken to in one go.
 *
 * <p>In mode {@code AUTO} nothing is risked on a flow: the first stream is opened stepwise; once that worked, one connection of our own sends
 * everything at once and asks for a UDP association, which reaches nobody and ends when we hang up. A proxy that answers the request, with whatever
 * code, has read it, so it can be pipelined to; one that answers the greeting and then waits has lost it. (An unassigned command would be more
 * innocent still, but Dante hangs up on it without an answer.)
 *
 * <pre>
 * state      event                        next
 * UNKNOWN    a stepwise attempt worked    PROBING
 * PROBING    the request was answered     PIPELINED
 * PROBING    it was not                   STEPWISE
 * PROBING    no connection                UNKNOWN
 * PIPELINED  an attempt had no answer     UNKNOWN (the proxy may have been exchanged)
 * </pre>
 *
 * Any thread.
 */
public final class Pipelining {

    /** What the configuration says. */
    public enum Mode {
        AUTO,
        ON,
        OFF
    }

    private enum State {
        UNKNOWN,
        PROBING,
        PIPELINED,
        STEPWISE
    }

    private final boolean learning;
    private final AtomicReference<State> state;

    public Pipelining(Mode mode) {
        learning = mode == Mode.AUTO;
        state = new AtomicReference<>(
                switch (mode) {
                    case AUTO -> State.UNKNOWN;
                    case ON -> State.PIPELINED;
                    case OFF -> State.STEPWISE;
                });
    }

    /** How the next attempt goes. */
    public boolean isPipelined() {
        return state.get() == State.PIPELINED;
    }

    /** Whether there is nothing left to find out. */
    boolean isSettled() {
        State now = state.get();
        return now == State.PIPELINED || now == State.STEPWISE;
    }

    /** An attempt worked; whether the caller shall probe now. */
    boolean worked() {
        return state.get() == State.UNKNOWN && state.compareAndSet(State.UNKNOWN, State.PROBING);
    }

    void probed(boolean answered) {
        state.compareAndSet(State.PROBING, answered ? State.PIPELINED : State.STEPWISE);
    }

    void probeHadNoConnection() {
        state.compareAndSet(State.PROBING, State.UNKNOWN);
    }

    /** A pipelined attempt had no answer. */
    void hadNoAnswer() {
        if (learning) {
            state.compareAndSet(State.PIPELINED, State.UNKNOWN);
        }
    }
}
