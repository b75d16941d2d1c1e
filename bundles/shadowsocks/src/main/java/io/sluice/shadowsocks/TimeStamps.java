package io.sluice.shadowsocks;

/** SIP022 §3.1.3: messages more than 30 seconds off are taken for replays. */
public final class TimeStamps {

    public static final long TOLERANCE_SECONDS = 30;

    private TimeStamps() {}

    /** @param stamp as it was read, unsigned: what is negative here is far in the future */
    public static boolean isCurrent(long stamp, long epochSeconds) {
        return stamp >= 0 && Math.abs(stamp - epochSeconds) <= TOLERANCE_SECONDS;
    }
}
