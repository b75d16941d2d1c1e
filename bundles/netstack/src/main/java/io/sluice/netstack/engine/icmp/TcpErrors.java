package io.sluice.netstack.engine.icmp;

/** Is told what an ICMP error says of a segment we sent. */
@FunctionalInterface
public interface TcpErrors {

    /**
     * The quoted segment's source is our side, its destination the client. Whether its sequence number is in flight is for the connection to
     * judge (RFC 5927 §4.1).
     *
     * @param hard port or protocol unreachable: RFC 1122 §4.2.3.9
     * @param mtu next-hop MTU of "fragmentation needed" or "packet too big", 0 for any other error
     * @param ports remote in the upper, local in the lower half
     * @param sequence of the quoted segment
     */
    void icmpError(
            boolean hard,
            int mtu,
            long remoteHigh,
            long remoteLow,
            long localHigh,
            long localLow,
            int ports,
            int sequence,
            long nowNanos);
}
