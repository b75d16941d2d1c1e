package io.sluice.egress.engine;

/** How a socket towards one destination is to be bound. */
public sealed interface EgressChoice {

    /** Not to any interface: the destination is this host, or the kernel decides better. */
    record Unbound() implements EgressChoice {}

    /** To this interface. */
    record Interface(String name) implements EgressChoice {}

    /**
     * Not at all.
     *
     * @param reason one sentence, without its full stop
     */
    record Refused(String reason) implements EgressChoice {}
}
