package io.sluice.netstack.engine.tcp;

/** Is offered what wants to connect. */
@FunctionalInterface
public interface ConnectionAcceptor {

    /** A SYN came. Answer with {@link HalfOpen#accept} or {@link HalfOpen#reject}, now or later. */
    void offered(HalfOpen offer);
}
