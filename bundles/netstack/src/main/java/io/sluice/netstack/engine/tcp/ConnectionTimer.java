package io.sluice.netstack.engine.tcp;

import io.sluice.api.flow.CloseReason;
import io.sluice.netstack.engine.Counter;
import io.sluice.wire.TcpHeader;

/**
 * The one wheel timer of a connection: serves the sender's time-outs, pacing, the delayed acknowledgement and the state's own time-outs. It is
 * moved only when a deadline becomes earlier, and looks again when it fires.
 */
final class ConnectionTimer {

    private final TcpConnection connection;
    private final StateTimer state;
    private long armedFor = Long.MAX_VALUE;

    ConnectionTimer(TcpConnection connection, StateTimer state) {
        this.connection = connection;
        this.state = state;
    }

    void rearm() {
        Sender sender = connection.sender;
        long earliest = Math.min(sender.timer().deadline(), state.deadline());
        earliest = Math.min(earliest, sender.transmitter().pacedUntil());
        if (connection.receiver.delayedUntil != 0) {
            earliest = Math.min(earliest, connection.receiver.delayedUntil);
        }
        if (earliest < armedFor && connection.state() != TcpState.CLOSED) {
            armedFor = earliest;
            connection.layer.engine().wheel().arm(connection, earliest);
        }
    }

    void expired(long nowNanos) {
        armedFor = Long.MAX_VALUE;
        Sender sender = connection.sender;
        boolean sending = nowNanos >= sender.timer().deadline();
        if (connection.state() == TcpState.SYN_RECEIVED) {
            if (sending) {
                synTimeout(nowNanos);
            }
        } else if (sending && !sender.timer().expired(nowNanos)) {
            connection.giveUp();
        } else {
            stateTimeout(nowNanos);
        }
        if (nowNanos >= sender.transmitter().pacedUntil() && connection.state() != TcpState.CLOSED) {
            sender.transmit(nowNanos);
        }
        rearm();
    }

    private void synTimeout(long nowNanos) {
        if (state.sinceSyn(nowNanos) >= connection.layer.giveUpSyn()) {
            connection.giveUp();
            return;
        }
        connection.sender.timeout().expired();
        connection.repeatSynAck(nowNanos);
        connection.sender.timer().synSent(nowNanos);
    }

    private void stateTimeout(long nowNanos) {
        switch (state.due(nowNanos, connection.state() == TcpState.FIN_WAIT_2 && connection.isOrphaned())) {
            case NOTHING -> {
                if (connection.receiver.isAcknowledgementDue(nowNanos)) {
                    connection.acknowledge(nowNanos);
                }
            }
            case PROBE -> {
                connection.layer.counters().count(Counter.TCP_KEEPALIVE_PROBES);
                // RFC 9293 §3.8.4: SEG.SEQ = SND.NXT − 1, without an octet
                connection.layer.output().segment(connection, connection.sender.next - 1, TcpHeader.ACK, nowNanos);
            }
            case GIVE_UP -> connection.giveUp();
            case REAP -> connection.end(CloseReason.FINISHED);
        }
    }
}
