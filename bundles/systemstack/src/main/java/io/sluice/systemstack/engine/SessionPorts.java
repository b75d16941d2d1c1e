package io.sluice.systemstack.engine;

/**
 * The ports that stand for sessions towards one listener. Each belongs to at most one session; they are given out in turn, so that one comes
 * back as late as can be: the kernel may hold an ended connection of its in TIME-WAIT.
 */
final class SessionPorts {

    /** Below are the well-known ones (RFC 6335 §6), which packet filters treat apart. */
    static final int FIRST = 1_024;

    private static final int COUNT = 65_536 - FIRST;

    private final NatSession[] sessions = new NatSession[COUNT];
    private int next;
    private int used;

    /** @param start any number; where to begin */
    SessionPorts(int start) {
        this.next = Math.floorMod(start, COUNT);
    }

    /** A free port for the session; 0 if there is none. */
    int take(NatSession session) {
        if (used == COUNT) {
            return 0;
        }
        while (sessions[next] != null) {
            next = (next + 1) % COUNT;
        }
        int port = FIRST + next;
        sessions[next] = session;
        next = (next + 1) % COUNT;
        used++;
        return port;
    }

    /** The session that the port stands for, or null. */
    NatSession find(int port) {
        return port < FIRST ? null : sessions[port - FIRST];
    }

    void free(int port) {
        sessions[port - FIRST] = null;
        used--;
    }

    int used() {
        return used;
    }
}
