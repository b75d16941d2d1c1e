package io.sluice.netstack.engine.tcp;

/** How much may be in flight, and how fast it leaves. Octets; times in nanoseconds on the engine's clock. */
interface CongestionControl {

    int windowBytes();

    /** Below it the window grows exponentially. */
    int slowStartThresholdBytes();

    default boolean isSlowStart() {
        return windowBytes() < slowStartThresholdBytes();
    }

    /**
     * An acknowledgement was processed.
     *
     * @param reducing the window is being reduced; growth must not interfere
     */
    void acknowledged(AckReport report, long smoothedRttNanos, boolean reducing);

    /** A loss or congestion mark: sets the threshold; the window follows it through proportional rate reduction. */
    void lost(int inFlight, long nowNanos);

    /** A retransmission time-out: threshold as for a loss (once an episode), window to what is in flight and one segment. */
    void timedOut(int inFlight, boolean firstOfEpisode, long nowNanos);

    /** Whether the window in recovery is computed by {@link RateReduction} and set with {@link #window}. */
    default boolean reducesProportionally() {
        return true;
    }

    /** The window during recovery, as proportional rate reduction computes it, or at its end. */
    void window(int bytes);

    /** Recovery is over. */
    default void recovered(long nowNanos) {}

    /** The reduction was wrong: nothing had been lost. */
    void undo();

    /** RFC 5681 §4.1: nothing was sent for more than an RTO. */
    void restartAfterIdle();

    /** Something is sent again, with nothing in flight. */
    default void resumed(long nowNanos) {}

    /** The user has nothing to send and nothing is lost: what is delivered now may say nothing about the path's rate. */
    default void applicationLimited(int inFlight) {}

    /** Where samples of the delivery rate are to be taken; null if none are wanted. */
    default DeliveryRate deliveries() {
        return null;
    }

    void segmentSize(int bytes);

    /** Octets a second at which packets are to leave, 0 for as fast as they come. */
    default long pacingBytesPerSecond() {
        return 0;
    }
}
