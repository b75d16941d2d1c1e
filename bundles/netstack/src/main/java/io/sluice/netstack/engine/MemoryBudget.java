package io.sluice.netstack.engine;

/**
 * Octets of payload that the queues of one engine hold together. It bounds promises: when it runs short, receive windows stop growing,
 * then shrink to what keeps a flow alive, and send queues take no more.
 */
public final class MemoryBudget {

    private final long limit;
    private long used;

    public MemoryBudget(long limitBytes) {
        this.limit = limitBytes;
    }

    public void take(int bytes) {
        used += bytes;
    }

    public void give(int bytes) {
        used -= bytes;
    }

    public long usedBytes() {
        return used;
    }

    /** Below half of the limit queues may grow (the other half is for those that have grown already). */
    public boolean mayGrow() {
        return used < limit / 2;
    }

    public boolean isExhausted() {
        return used >= limit;
    }
}
