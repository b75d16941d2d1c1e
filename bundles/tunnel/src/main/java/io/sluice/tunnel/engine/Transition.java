package io.sluice.tunnel.engine;

/** What a command led to. */
public sealed interface Transition {

    /** Nothing that anybody could see. */
    record Same() implements Transition {}

    /**
     * Another state, or the same one with another reason; listeners are told.
     *
     * @param reason one sentence for the log
     */
    record To(State state, String reason) implements Transition {}

    static Transition same() {
        return new Same();
    }

    static Transition to(State state, String reason) {
        return new To(state, reason);
    }
}
