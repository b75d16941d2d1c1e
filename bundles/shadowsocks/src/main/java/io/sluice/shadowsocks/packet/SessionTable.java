package io.sluice.shadowsocks.packet;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The sessions of a server, bounded. One is remembered for at least a minute after its last packet (SIP022 §3.2.4: else its packets could be replayed);
 * when the table is full, the one that was silent longest makes room if that minute is over, else there is no room.
 */
final class SessionTable<K, S extends ServerSession> {

    /** Peers' NAT tables have 4,096 to 16,384; only who has the key can fill it. About 8 KiB a session. */
    static final int CAPACITY = 4_096;

    static final long REMEMBERED_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Map<K, S> sessions = new LinkedHashMap<>(16, 0.75f, true);

    S get(K key) {
        return sessions.get(key);
    }

    /** False if there is no room. */
    boolean add(K key, S session, long nowNanos) {
        forgetIdle(nowNanos);
        if (sessions.size() >= CAPACITY) {
            Iterator<S> eldest = sessions.values().iterator();
            S first = eldest.next();
            if (nowNanos - first.seenNanos() < REMEMBERED_NANOS) {
                return false;
            }
            eldest.remove();
            first.forget();
        }
        sessions.put(key, session);
        return true;
    }

    /** What nobody serves any more and was silent long enough. */
    private void forgetIdle(long nowNanos) {
        Iterator<S> eldest = sessions.values().iterator();
        while (eldest.hasNext()) {
            S session = eldest.next();
            if (session.owner() != null || nowNanos - session.seenNanos() < REMEMBERED_NANOS) {
                return;
            }
            eldest.remove();
        }
    }

    int size() {
        return sessions.size();
    }
}
