package io.sluice.netstack.engine;

/** A node of the {@link TimerWheel}: whoever has a timeout extends it, so that arming allocates nothing. */
public abstract class WheelTimer {

    WheelTimer previous;
    WheelTimer next;
    long tick;
    /** Index of its list in the wheel, −1 while it is not armed. */
    int list = -1;

    public final boolean isArmed() {
        return list >= 0;
    }

    /** The deadline has passed; the timer is not armed any more and may be armed again. */
    protected abstract void expired(long nowNanos);
}
