package io.sluice.netstack.engine.udp;

/** Is offered every client endpoint that sends its first datagram. */
@FunctionalInterface
public interface UdpOffers {

    /** Answers the session with {@code accept} or {@code reject}, now or later. Does not throw. */
    void offered(UdpSession session);
}
