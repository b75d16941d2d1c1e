package io.sluice.netstack.engine.icmp;

/** Is told that a datagram we sent is too big for the way to the client. */
@FunctionalInterface
public interface UdpErrors {

    void packetTooBig(int mtu, long clientHigh, long clientLow, int clientPort);
}
