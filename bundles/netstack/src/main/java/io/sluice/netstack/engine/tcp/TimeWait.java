package io.sluice.netstack.engine.tcp;

import io.sluice.api.flow.CloseReason;
import io.sluice.netstack.engine.Counter;
import io.sluice.wire.TcpHeader;

/**
 * TIME-WAIT: what is left of a connection that we ended first, for 2 MSL. It acknowledges the peer's repeated FIN, ignores RST (RFC 1337
 * §3, fix F1) and makes way for a new SYN that can't be an old one (RFC 6191).
 */
final class TimeWait extends TcpEndpoint {

    private final int sendNext;
    private final int receiveNext;
    private final int window;
    private final boolean timestamps;
    private final int recentTimestamp;
    private final int timestampOffset;
    private final ChallengeAcks challenges;

    TimeWait(TcpConnection connection, long nowNanos) {
        super(connection);
        sendNext = connection.sender.next;
        receiveNext = connection.receiver.next;
        window = connection.receiver.window();
        timestamps = connection.timestamps.enabled;
        recentTimestamp = connection.timestamps.recent();
        timestampOffset = connection.timestamps.offset;
        challenges = new ChallengeAcks(nowNanos);
        layer.engine().wheel().arm(this, nowNanos + TcpLimits.TIME_WAIT);
    }

    @Override
    void arrived(Segment segment) {
        if (segment.has(TcpHeader.RST)) {
            layer.counters().count(Counter.TCP_RESETS_IGNORED_IN_TIME_WAIT); // RFC 1337
            return;
        }
        if (segment.has(TcpHeader.SYN) && !segment.has(TcpHeader.ACK) && isNewIncarnation(segment)) {
            layer.remove(this);
            layer.offer(segment, ports, this);
            return;
        }
        if (segment.has(TcpHeader.FIN) && segment.end() == receiveNext) {
            // RFC 9293 §3.10.7.4 eighth check: the FIN again; restart the 2 MSL time-out
            layer.engine().wheel().arm(this, segment.nowNanos + TcpLimits.TIME_WAIT);
            acknowledge(segment.nowNanos);
        } else if (segment.length() > 0 || segment.acknowledgment != sendNext || segment.sequence != receiveNext) {
            if (challenges.mayAnswer(segment.nowNanos)) {
                acknowledge(segment.nowNanos);
            }
        }
    }

    /** An ISN that no segment of this connection can be taken for: Linux adds a window without scale to SND.NXT. */
    int sequenceBeyond() {
        return sendNext + 0xffff + 2;
    }

    /** RFC 6191 §2, RFC 9293 §3.10.7.4 (MAY-2): later by timestamp, or by sequence number. */
    private boolean isNewIncarnation(Segment syn) {
        if (timestamps && syn.options.hasTimestamps()) {
            int later = syn.options.timestampValue() - recentTimestamp;
            if (later != 0) {
                return later > 0;
            }
        }
        return Sequence.isAfter(syn.sequence, receiveNext);
    }

    private void acknowledge(long nowNanos) {
        int timestamp = (int) (nowNanos / 1_000_000) + timestampOffset;
        layer.output().acknowledge(this, sendNext, receiveNext, window, timestamps, timestamp, recentTimestamp);
    }

    @Override
    protected void expired(long nowNanos) {
        layer.remove(this);
    }

    @Override
    void detach(CloseReason reason, long nowNanos) {
        layer.remove(this);
    }
}
