package io.sluice.netstack.engine.tcp;

import io.sluice.netstack.engine.Counter;
import io.sluice.wire.TcpHeader;

/**
 * The limit on acknowledgements that somebody else may provoke: RFC 5961 §7. One an interval for each connection: a limit that connections
 * share would let one sense another's (CVE-2016-5696).
 */
final class ChallengeAcks {

    private long lastAt;

    ChallengeAcks(long nowNanos) {
        lastAt = nowNanos - TcpLimits.CHALLENGE_INTERVAL;
    }

    /** RFC 5961 §3.2, §4.2, §5.2; also answers what lies outside the window. */
    void answer(TcpConnection connection, long nowNanos) {
        if (!mayAnswer(nowNanos)) {
            connection.layer.counters().count(Counter.TCP_CHALLENGE_ACKS_SUPPRESSED);
            return;
        }
        connection.layer.counters().count(Counter.TCP_CHALLENGE_ACKS_SENT);
        connection.layer.output().segment(connection, connection.sender.next, TcpHeader.ACK, nowNanos);
    }

    /** Whether one may be sent now; if so it counts as sent. */
    boolean mayAnswer(long nowNanos) {
        if (nowNanos - lastAt < TcpLimits.CHALLENGE_INTERVAL) {
            return false;
        }
        lastAt = nowNanos;
        return true;
    }
}
