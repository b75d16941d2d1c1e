package io.sluice.lab;

import java.io.IOException;

/**
 * What passed while somebody else had taken the rules away or opened them. Mode auto has nothing behind its table, so that this is counted apart and not judged, as
 * the catalogue's row L12 says; in lockdown nothing may have passed. One thread.
 */
final class Gaps {

    /** Milliseconds after which what has left is in the capture. */
    private static final long IN_FLIGHT = 100;

    private long passed;

    /** The rules are back. */
    void over(World w) throws IOException {
        if (w.config().mode().equals(GatewayConfig.AUTO)) {
            Waiting.pause(IN_FLIGHT);
            passed += w.outside();
            w.baseline();
        }
    }

    /** Packets outside the allowed set in all of them, as the filters counted them. */
    long passed() {
        return passed;
    }
}
