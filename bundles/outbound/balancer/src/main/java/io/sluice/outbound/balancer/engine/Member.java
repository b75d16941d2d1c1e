package io.sluice.outbound.balancer.engine;

import io.sluice.api.outbound.Capability;
import io.sluice.api.outbound.Outbound;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** One outbound of a balancer, as long as its service is there. Any thread. */
final class Member {

    private final Outbound outbound;
    private final String tag;
    private final Set<Capability> capabilities;
    private final Health health;
    private final Set<Attempt<?>> carried = ConcurrentHashMap.newKeySet();
    private volatile boolean withdrawn;

    Member(Outbound outbound, Health health) {
        this.outbound = outbound;
        this.tag = outbound.tag();
        this.capabilities = outbound.capabilities();
        this.health = health;
    }

    Outbound outbound() {
        return outbound;
    }

    String tag() {
        return tag;
    }

    Set<Capability> capabilities() {
        return capabilities;
    }

    Health health() {
        return health;
    }

    boolean can(Capability capability) {
        return !withdrawn && capabilities.contains(capability);
    }

    /** From now on the attempt is told when this member goes away. Whoever is added checks {@link #isWithdrawn} afterwards, so that one finds the other. */
    void add(Attempt<?> attempt) {
        carried.add(attempt);
    }

    void remove(Attempt<?> attempt) {
        carried.remove(attempt);
    }

    boolean isWithdrawn() {
        return withdrawn;
    }

    /** The service has gone. */
    void withdraw(Withdrawal withdrawal) {
        withdrawn = true;
        carried.forEach(attempt -> attempt.memberWithdrawn(withdrawal));
    }
}
