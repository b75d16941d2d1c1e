package io.sluice.systemstack.engine;

/** Is offered what wants to connect. */
@FunctionalInterface
public interface SessionOffers {

    /** Answer with {@link NatSession#accept} or {@link NatSession#reject}, now or later. Does not throw. */
    void offered(NatSession session);
}
