package io.sluice.netstack.engine.tcp;

/**
 * Grows the receive limit as a flow uses it (dynamic right-sizing: Fisk, Feng 2001): the user took n octets in a round trip, so the peer
 * must be able to have 2 n on the way to double its rate in the next. The round trip is taken as the least time in which one window was
 * received: too long while the peer does not fill the window, which only makes the window grow a little early.
 */
final class WindowTuner {

    private long roundTrip;
    private boolean measuring;
    private int measureEnd;
    private long measureStart;
    private long roundStart;
    private long taken;

    /** Octets were received in order, up to {@code next}. */
    void received(int next, int window, long nowNanos) {
        if (!measuring) {
            measuring = true;
            measureEnd = next + window;
            measureStart = nowNanos;
        } else if (!Sequence.isBefore(next, measureEnd)) {
            sample(nowNanos - measureStart);
            measureEnd = next + window;
            measureStart = nowNanos;
        }
    }

    private void sample(long nanos) {
        if (nanos > 0 && (roundTrip == 0 || nanos < roundTrip)) {
            roundTrip = nanos;
        }
    }

    /**
     * The user took {@code octets}.
     *
     * @return the limit that would be right, or 0 if the round is not over
     */
    int taken(int octets, int segment, long nowNanos) {
        taken += octets;
        if (roundTrip == 0 || nowNanos - roundStart < roundTrip) {
            return 0;
        }
        long wanted = 2 * taken + 16L * segment;
        boolean first = roundStart == 0;
        taken = 0;
        roundStart = nowNanos;
        return first ? 0 : (int) Math.min(wanted, TcpLimits.MAX_RECEIVE_LIMIT);
    }
}
