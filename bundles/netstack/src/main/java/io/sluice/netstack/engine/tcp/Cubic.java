package io.sluice.netstack.engine.tcp;

/**
 * CUBIC: RFC 9438, on top of the slow start of RFC 5681 with the initial window of RFC 6928, left in time by {@link HyStart}.
 *
 * <p>After a loss at W_max the window follows W_cubic(t) = C (t − K)³ + W_max: fast back towards W_max, slow around it, then probing beyond.
 * Where Reno would be faster (short round trips), the window follows W_est instead. Windows are counted in octets outside and in segments
 * inside the formulas.
 */
final class Cubic implements CongestionControl {

    /** RFC 9438 §5, §4.6. */
    private static final double C = 0.4;

    private static final double BETA = 0.7;
    /** RFC 9438 §4.3: α of the Reno-friendly estimate. */
    private static final double ALPHA = 3 * (1 - BETA) / (1 + BETA);

    private static final double SECOND = 1e9;
    /** No window is useful beyond the greatest send queue, but growth must stop somewhere before the int ends. */
    private static final int MAX_WINDOW = 64 * 1024 * 1024;

    private int segment;
    private int initialWindow;
    private double window;
    private int threshold = Integer.MAX_VALUE;

    /** Segments. */
    private double maximum;

    private double estimate;
    private double k;
    private long epoch = -1;

    private final HyStart hyStart = new HyStart();

    private double undoWindow;
    private int undoThreshold;
    private double undoMaximum;

    Cubic(int segmentBytes) {
        segmentSize(segmentBytes);
        window = initialWindow;
    }

    @Override
    public void segmentSize(int bytes) {
        segment = bytes;
        initialWindow = initialWindow(bytes);
    }

    /** RFC 6928 §2. */
    static int initialWindow(int segmentBytes) {
        return Math.min(10 * segmentBytes, Math.max(2 * segmentBytes, 14_600));
    }

    @Override
    public int windowBytes() {
        return (int) window;
    }

    @Override
    public int slowStartThresholdBytes() {
        return threshold;
    }

    @Override
    public void acknowledged(AckReport report, long smoothedRttNanos, boolean reducing) {
        if (threshold == Integer.MAX_VALUE && hyStart.acknowledged(report)) {
            threshold = (int) window; // RFC 9406 §4.2: "ssthresh = cwnd"
        }
        if (!reducing && report.deliveredBytes > 0 && report.mayGrow && report.windowLimited) {
            grow(report.deliveredBytes, smoothedRttNanos, report.nowNanos);
        }
    }

    private void grow(int acked, long smoothedRttNanos, long nowNanos) {
        double rest = acked;
        if (window < threshold) {
            // RFC 9438 §4.10, RFC 5681 §3.1. L of RFC 9406 §4.3 is unlimited: a client that receives super-packets
            // acknowledges up to 44 segments at once, as often as it would else acknowledge two.
            int allowed = threshold == Integer.MAX_VALUE ? hyStart.growth(acked) : acked;
            double grown = Math.min(window + allowed, Math.max(window, threshold));
            rest -= threshold == Integer.MAX_VALUE ? acked : grown - window;
            window = Math.min(grown, MAX_WINDOW);
            if (rest <= 0) {
                return;
            }
        }
        avoidCongestion(rest, smoothedRttNanos, nowNanos);
    }

    private void avoidCongestion(double acked, long smoothedRttNanos, long nowNanos) {
        double segments = window / segment;
        if (epoch < 0) {
            epoch = nowNanos;
            if (segments < maximum) {
                k = Math.cbrt((maximum - segments) / C); // RFC 9438 §4.2 figure 2
            } else {
                k = 0;
                maximum = segments;
            }
            estimate = segments;
        }
        double t = (nowNanos - epoch) / SECOND;
        double rtt = smoothedRttNanos / SECOND;
        double cubic = C * cube(t - k) + maximum;
        // RFC 9438 §4.3: once W_est reached the window before the loss it grows as Reno does, α = 1
        estimate += (estimate >= maximum ? 1 : ALPHA) * (acked / segment) / segments;
        if (cubic < estimate) {
            window = Math.min(MAX_WINDOW, Math.max(window, estimate * segment));
            return;
        }
        // RFC 9438 §4.4, §4.5: towards W_cubic(t + RTT), by at most half a window a round trip (§4.2)
        double target = Math.clamp(C * cube(t + rtt - k) + maximum, segments, 1.5 * segments);
        window = Math.min(MAX_WINDOW, window + (target - segments) / segments * acked);
    }

    @Override
    public void lost(int inFlight, long nowNanos) {
        remember();
        reduce();
    }

    private void remember() {
        undoWindow = window;
        undoThreshold = threshold;
        undoMaximum = maximum;
    }

    private void reduce() {
        double segments = window / segment;
        // RFC 9438 §4.7: fast convergence
        maximum = segments < maximum ? segments * (1 + BETA) / 2 : segments;
        // RFC 9438 §4.6
        threshold = (int) Math.max(2.0 * segment, window * BETA);
        epoch = -1;
    }

    @Override
    public void timedOut(int inFlight, boolean firstOfEpisode, long nowNanos) {
        if (firstOfEpisode) {
            remember();
            reduce();
        }
        window = inFlight + segment; // RFC 5681 §3.1: the loss window, beside what RACK believes to be on its way
        epoch = -1;
    }

    @Override
    public void window(int bytes) {
        window = Math.max(segment, bytes);
    }

    @Override
    public void undo() {
        window = Math.max(window, undoWindow);
        threshold = Math.max(threshold, undoThreshold);
        maximum = Math.max(maximum, undoMaximum);
        epoch = -1;
    }

    @Override
    public void restartAfterIdle() {
        // RFC 5681 §4.1: the restart window; the threshold remembers how far it went (RFC 2861 §3.1)
        threshold = Math.max(threshold, (int) (window * 3 / 4));
        window = Math.min(window, initialWindow);
        epoch = -1;
    }

    private static double cube(double x) {
        return x * x * x;
    }
}
