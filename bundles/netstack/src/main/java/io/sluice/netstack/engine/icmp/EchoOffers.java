package io.sluice.netstack.engine.icmp;

/** Is offered every echo request for a host beyond the gateway. */
@FunctionalInterface
public interface EchoOffers {

    /** Answers the offer with {@code reply} or {@code reject}, now or later, or not at all. Does not throw. */
    void offered(EchoOffer offer);
}
