package io.sluice.netstack.engine.tcp;

import io.sluice.netstack.engine.Counter;

/** What an ICMP error about a segment of ours may change: the segment size, and nothing else. */
final class PathMtu {

    private PathMtu() {}

    /**
     * An ICMP error quotes a segment of ours. RFC 5927 §4.1: it counts only if the sequence number is in flight. RFC 1122 §4.2.3.9, RFC 5927
     * §5.2: whatever it says, it does not abort a synchronized connection; only a smaller path MTU is acted on.
     *
     * @param mtu as the error tells it, 0 if it tells none
     */
    static void icmpError(TcpConnection connection, int mtu, int sequence, long nowNanos) {
        Sender sender = connection.sender;
        boolean inFlight =
                !Sequence.isBefore(sequence, sender.unacknowledged) && Sequence.isBefore(sequence, sender.next);
        int size = connection.layer.output().segmentSizeForMtu(mtu, connection.isV4(), connection.timestamps.enabled);
        if (mtu == 0 || !inFlight || !connection.maySend() || size >= sender.segmentSize()) {
            connection.layer.counters().count(Counter.TCP_ICMP_ERRORS_IGNORED);
            return;
        }
        connection.layer.counters().count(Counter.TCP_PATH_MTU_REDUCED);
        sender.packetTooBig(size, nowNanos);
        connection.rearm();
    }
}
