package io.sluice.netstack.engine.tcp;

/**
 * Whether the congestion window was used lately, so that it is worth growing: RFC 7661 §4.3 in short. Of each round trip the greatest flight
 * counts, not what is left of it when its last acknowledgements come. In slow start half a window is use enough, since it is about to double.
 */
final class WindowUse {

    private boolean limited;
    private int greatestFlight;
    /** SND.NXT when they were noted: they hold until it is acknowledged. */
    private int roundEnd;

    private boolean begun;

    /** Octets went out, or wanted to. */
    void noted(boolean windowLimited, int unacknowledged, int next) {
        int flight = next - unacknowledged;
        boolean over = !begun || !Sequence.isBefore(unacknowledged, roundEnd);
        if (over || windowLimited || !limited && flight > greatestFlight) {
            begun = true;
            limited = windowLimited;
            greatestFlight = flight;
            roundEnd = next;
        }
    }

    boolean isLimited(int window, boolean slowStart) {
        return limited || slowStart && 2L * greatestFlight > window;
    }
}
