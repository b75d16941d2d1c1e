package io.sluice.netstack.engine.tcp;

/**
 * What a flood of SYNs may cost.
 *
 * <p>Theory of operation. The outbound is dialled before a SYN is answered, so every half-open connection is a dial in flight: memory, a
 * descriptor, work. Who has answered a handshake of ours lately is no forger and is known; everybody else is a stranger.
 * <pre>
 *  half-open connections          SYN of a known client    SYN of a stranger
 *  below a quarter of the bound   offered                  offered, {@link TcpLimits#STRANGERS_PER_SECOND} of them; then as below
 *  up to the bound                offered                  SYN cookie ({@link SynCookies}): no memory, no dial until it comes back
 *  at the bound                   SYN cookie               SYN cookie
 * </pre>
 * One client, an IPv6 network of 64 bits being one, has a third of the bound at most; beyond it gets cookies too. Cookies are limited to
 * {@link TcpLimits#COOKIES_PER_SECOND}: what comes on top is dropped (or reset, as it is configured) and counted, and a client repeats its SYN. A cookie that comes back makes
 * the client known, and its connection is offered while there is room below the bound.
 *
 * <p>Clients are told apart by a keyed hash, in tables of a fixed size: two that share a place share its count, and of two known ones the
 * later is remembered. Nothing here grows.
 */
final class Admission {

    enum Answer {
        OFFER,
        COOKIE,
        DROP
    }

    private static final int PLACES = 4_096;

    private final int bound;
    private final long key;
    private final short[] pending = new short[PLACES];
    /** Who answered a handshake lately, by place; 0 is nobody. */
    private final long[] known = new long[PLACES];

    private final long[] knownSince = new long[PLACES];

    private int total;
    private final TokenBucket strangers;
    private final TokenBucket cookies;

    /**
     * @param bound half-open connections of the engine
     * @param key random
     */
    Admission(int bound, long key, long nowNanos) {
        this.bound = bound;
        this.key = key;
        this.strangers = new TokenBucket(TcpLimits.STRANGERS_PER_SECOND, TcpLimits.STRANGERS_PER_SECOND, nowNanos);
        this.cookies = new TokenBucket(TcpLimits.COOKIES_PER_SECOND, TcpLimits.COOKIES_PER_SECOND, nowNanos);
    }

    int halfOpen() {
        return total;
    }

    private long identity(long remoteHigh, long remoteLow) {
        long client = remoteHigh == 0 ? remoteLow : remoteHigh;
        long mixed = (client ^ key) * 0x9e37_79b9_7f4a_7c15L;
        mixed = (mixed ^ mixed >>> 32) * 0xd6e8_feb8_6659_fd93L;
        return mixed ^ mixed >>> 29 | 1;
    }

    private static int place(long identity) {
        return (int) (identity >>> 40) & PLACES - 1;
    }

    private boolean isKnown(long identity, long nowNanos) {
        int place = place(identity);
        return known[place] == identity && nowNanos - knownSince[place] < TcpLimits.CLIENT_KNOWN;
    }

    /** What to do with a SYN for nothing we know. */
    Answer judge(long remoteHigh, long remoteLow, long nowNanos) {
        long identity = identity(remoteHigh, remoteLow);
        int ofClient = pending[place(identity)];
        if (ofClient < Math.max(1, bound / 3) && total < bound) {
            if (isKnown(identity, nowNanos) || total < Math.max(1, bound / 4) && strangers.take(nowNanos)) {
                return Answer.OFFER;
            }
        }
        return cookies.take(nowNanos) ? Answer.COOKIE : Answer.DROP;
    }

    /** Whether a connection whose cookie came back may be offered. */
    boolean mayOfferProven(long remoteHigh, long remoteLow) {
        return total < bound && pending[place(identity(remoteHigh, remoteLow))] < Math.max(1, bound / 3);
    }

    /** Strangers get cookies: handshakes get less patience. */
    boolean isCrowded() {
        return total >= Math.max(1, bound / 4);
    }

    /** A half-open connection begins. */
    void began(long remoteHigh, long remoteLow) {
        total++;
        int place = place(identity(remoteHigh, remoteLow));
        if (pending[place] < Short.MAX_VALUE) {
            pending[place]++;
        }
    }

    /** It is open, or gone. */
    void ended(long remoteHigh, long remoteLow) {
        total--;
        int place = place(identity(remoteHigh, remoteLow));
        if (pending[place] > 0) {
            pending[place]--;
        }
    }

    /** The client has answered a handshake. */
    void proved(long remoteHigh, long remoteLow, long nowNanos) {
        long identity = identity(remoteHigh, remoteLow);
        int place = place(identity);
        known[place] = identity;
        knownSince[place] = nowNanos;
    }
}
