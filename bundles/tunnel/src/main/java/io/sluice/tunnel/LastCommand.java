package io.sluice.tunnel;

/**
 * What an operator said last.
 *
 * <p>A stop is left behind for the successor in the same process, so that an exchange of this bundle does not start the tunnel. It is not kept beyond the process:
 * with the next start of the appliance the tunnel starts by itself, and the machine is closed until then.
 */
enum LastCommand {
    NONE,
    START,
    STOP;

    /** A property of the process, for nothing else of this bundle outlives it. */
    private static final String STOPPED = "io.sluice.tunnel.stopped";

    /** Takes what a predecessor has left. */
    static LastCommand ofThePredecessor() {
        return System.clearProperty(STOPPED) == null ? NONE : STOP;
    }

    void leave() {
        if (this == STOP) {
            System.setProperty(STOPPED, "");
        }
    }
}
