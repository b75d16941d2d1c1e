package io.sluice.flow.engine;

import io.sluice.api.outbound.Capability;
import io.sluice.api.outbound.Outbound;

/**
 * An outbound as the engine knows it. A flow's reference to its slot is its lease: it is taken from a snapshot and given back by ending. A
 * withdrawn slot gives no new lease, which whoever took one checks after it has become visible among the live flows; so a
 * withdrawal finds every flow or the flow finds the withdrawal.
 */
final class OutboundSlot {

    private final Outbound outbound;
    private final String tag;
    private final OutboundHealth health = new OutboundHealth();
    private final OncePerSecond failures = new OncePerSecond();
    private volatile boolean withdrawn;

    OutboundSlot(Outbound outbound, String tag) {
        this.outbound = outbound;
        this.tag = tag;
    }

    Outbound outbound() {
        return outbound;
    }

    String tag() {
        return tag;
    }

    boolean streams() {
        return outbound.capabilities().contains(Capability.TCP);
    }

    boolean datagrams() {
        return outbound.capabilities().contains(Capability.UDP);
    }

    boolean localEcho() {
        return outbound.capabilities().contains(Capability.LOCAL_ECHO);
    }

    /** What its flows have learned of it; an outbound that is exchanged begins anew. */
    OutboundHealth health() {
        return health;
    }

    /** Lets one line a second into the log about flows that it failed. */
    OncePerSecond failures() {
        return failures;
    }

    boolean withdrawn() {
        return withdrawn;
    }

    void withdraw() {
        withdrawn = true;
    }
}
