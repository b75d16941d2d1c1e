package io.sluice.netstack.engine.tcp;

/**
 * Time-outs that belong to a connection's state, not to its data: keep-alive (RFC 9293 §3.8.4, off by default), FIN-WAIT-2 of a connection
 * nobody uses any more, and how long a SYN, ACK is repeated (§3.8.3).
 */
final class StateTimer {

    /** What is to be done at a deadline. */
    enum Due {
        NOTHING,
        PROBE,
        /** The peer is gone: RST. */
        GIVE_UP,
        /** Nobody cares: end without a word. */
        REAP
    }

    private long heardAt;
    private boolean keepAlive;
    private int probes;
    private long deadline = Long.MAX_VALUE;
    private long synSentAt;
    private boolean synRepeated;

    StateTimer(long nowNanos) {
        heardAt = nowNanos;
        synSentAt = nowNanos;
    }

    long deadline() {
        return deadline;
    }

    void heard(long nowNanos) {
        heardAt = nowNanos;
        probes = 0;
    }

    void synRepeated() {
        synRepeated = true;
    }

    boolean wasSynRepeated() {
        return synRepeated;
    }

    long sinceSyn(long nowNanos) {
        return nowNanos - synSentAt;
    }

    void keepAlive(boolean on, long nowNanos) {
        keepAlive = on;
        deadline = on ? nowNanos + TcpLimits.KEEPALIVE_IDLE : Long.MAX_VALUE;
    }

    /** FIN-WAIT-2 has begun and nobody will read what comes. */
    void orphanWaits(long nowNanos) {
        deadline = nowNanos + TcpLimits.FIN_WAIT_2;
    }

    /** The deadline may have passed. */
    Due due(long nowNanos, boolean orphanWaiting) {
        if (nowNanos < deadline) {
            return Due.NOTHING;
        }
        if (orphanWaiting) {
            return Due.REAP;
        }
        if (!keepAlive) {
            deadline = Long.MAX_VALUE;
            return Due.NOTHING;
        }
        if (nowNanos - heardAt < TcpLimits.KEEPALIVE_IDLE) {
            deadline = heardAt + TcpLimits.KEEPALIVE_IDLE;
            return Due.NOTHING;
        }
        if (probes == TcpLimits.KEEPALIVE_PROBES) {
            return Due.GIVE_UP;
        }
        probes++;
        deadline = nowNanos + TcpLimits.KEEPALIVE_INTERVAL;
        return Due.PROBE;
    }
}
