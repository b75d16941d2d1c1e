package io.sluice.netstack.engine.tcp;

/**
 * The sender's time-outs. One deadline serves four purposes, of which only one can be due:
 * <pre>
 *  REORDER     RACK waits for a straggler (RFC 8985 §6.3)          > look for losses again
 *  PROBE       two round trips of silence (RFC 8985 §7)            > tail loss probe
 *  RETRANSMIT  RTO since the last progress (RFC 6298 §5)           > everything is lost; give up after R2
 *  PERSIST     the peer's window is closed (RFC 9293 §3.8.6.1)     > window probe, with back-off; give up if none is answered for R2
 * </pre>
 * R2 counts from the last acknowledgement of new data, answer with a closed window, or end of idleness.
 */
final class SendTimer {

    private enum Purpose {
        NONE,
        REORDER,
        PROBE,
        RETRANSMIT,
        PERSIST
    }

    private final Sender sender;
    private final TcpConnection connection;
    private Purpose purpose = Purpose.NONE;
    /** Valid unless {@link Purpose#NONE}. */
    private long deadline;
    /** When the retransmission time-out was last restarted: RFC 6298 §5 (5.3). */
    private long restartedAt;

    /** Octets were acknowledged, or the first of them queued: the user time-out counts from here. */
    private long progressAt;
    /** The peer has shown that it is alive though it takes nothing: R2 counts from here. */
    private long answeredAt;

    private int windowProbes;
    /** 0 means R2. */
    private long userTimeout;

    SendTimer(Sender sender, TcpConnection connection) {
        this.sender = sender;
        this.connection = connection;
    }

    /** Nanoseconds on the engine's clock, or {@link Long#MAX_VALUE}. */
    long deadline() {
        return purpose == Purpose.NONE ? Long.MAX_VALUE : deadline;
    }

    /** RFC 9293 §3.8.3; 0 means R2. */
    void userTimeout(long nanos) {
        userTimeout = nanos;
    }

    void stop() {
        purpose = Purpose.NONE;
    }

    void restart(long nowNanos) {
        restartedAt = nowNanos;
    }

    void progressed(long nowNanos) {
        progressAt = nowNanos;
        answeredAt = nowNanos;
    }

    /** SND.UNA moved. */
    void acknowledged(long nowNanos) {
        progressed(nowNanos);
        restartedAt = nowNanos;
        if (purpose == Purpose.RETRANSMIT || purpose == Purpose.PROBE) {
            purpose = Purpose.NONE;
        }
    }

    /**
     * The peer acknowledges nothing new but keeps its window closed, or answers a probe. RFC 9293 §3.8.6.1 (MUST-37): the connection stays
     * open as long as it does so; a user time-out ends it all the same (§3.9.1: "if data is not successfully delivered … within the timeout
     * period").
     */
    void answered(long nowNanos) {
        answeredAt = nowNanos;
    }

    void windowOpened() {
        windowProbes = 0;
        if (purpose == Purpose.PERSIST) {
            purpose = Purpose.NONE;
        }
    }

    /** RACK wants to look again after so long; 0 if not. */
    void reorder(long wait, long nowNanos) {
        if (wait > 0) {
            purpose = Purpose.REORDER;
            deadline = nowNanos + wait;
        } else if (purpose == Purpose.REORDER) {
            purpose = Purpose.NONE;
        }
    }

    /** RFC 6298 §5 (5.1): the SYN-ACK has its own time-out. */
    void synSent(long nowNanos) {
        purpose = Purpose.RETRANSMIT;
        deadline = nowNanos + sender.timeout().nanos();
    }

    /** Sets the deadline after something was sent or acknowledged. */
    void arm(long nowNanos) {
        Scoreboard board = sender.board();
        if (purpose == Purpose.REORDER && !board.isEmpty()) {
            return;
        }
        if (board.isEmpty()) {
            if (!sender.hasUnsent() || !connection.maySend()) {
                purpose = Purpose.NONE;
            } else if (purpose != Purpose.PERSIST) {
                persist(nowNanos + sender.timeout().nanos()); // "after one RTO"
            }
            return;
        }
        purpose = Purpose.RETRANSMIT;
        deadline = Math.min(restartedAt + sender.timeout().nanos(), giveUpAt());
        if (sender.recovery().mayProbe()) {
            // RFC 8985 §7.2
            boolean alone = board.inFlightBytes() <= sender.segmentSize();
            long silence = 2 * sender.timeout().smoothedNanos()
                    + (alone
                            ? TcpLimits.WORST_DELAYED_ACK
                            : connection.layer.parameters().probeSlack());
            long probe = Math.max(sender.transmitter().lastSentAt(), restartedAt) + silence;
            if (deadline < giveUpAt()) {
                // "If Now() + PTO > TCP_RTO_expiration(): PTO = TCP_RTO_expiration() - Now()": a probe comes first in
                // any case
                purpose = Purpose.PROBE;
                deadline = Math.min(deadline, probe);
            }
        }
    }

    /** The next window probe, or the end if nothing will have been answered until then. */
    private void persist(long at) {
        purpose = Purpose.PERSIST;
        deadline = Math.min(at, giveUpAt());
    }

    private long giveUpAt() {
        return userTimeout > 0 ? progressAt + userTimeout : answeredAt + TcpLimits.GIVE_UP_DATA;
    }

    /** The deadline has passed. Returns false if the connection is to be given up. */
    boolean expired(long nowNanos) {
        Purpose due = purpose;
        purpose = Purpose.NONE;
        switch (due) {
            case NONE -> {}
            case REORDER -> {
                reorder(sender.recovery().detectLater(nowNanos), nowNanos);
                sender.transmit(nowNanos);
            }
            case PROBE -> sender.probe(nowNanos);
            case RETRANSMIT -> {
                if (nowNanos >= giveUpAt()) {
                    return false; // RFC 9293 §3.8.3: R2, or the user time-out
                }
                sender.recovery().timedOut(nowNanos);
                sender.checkBlackHole();
                restartedAt = nowNanos;
                sender.transmit(nowNanos);
            }
            case PERSIST -> {
                if (nowNanos >= giveUpAt()) {
                    return false;
                }
                if (sender.transmitter().probeWindow(nowNanos)) {
                    arm(nowNanos);
                    return true;
                }
                windowProbes = Math.min(windowProbes + 1, 16);
                // RFC 9293 §3.8.6.1: exponentially increasing
                persist(nowNanos + Math.min(TcpLimits.MAX_RTO, sender.timeout().nanos() << windowProbes));
            }
        }
        return true;
    }
}
