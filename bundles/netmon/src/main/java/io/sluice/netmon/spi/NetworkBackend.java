package io.sluice.netmon.spi;

import java.io.IOException;
import java.time.Duration;

/** Reads and watches the network of the system. */
public interface NetworkBackend {

    /** Reads it as it is now. May block. */
    Reading read() throws IOException;

    /**
     * Announces every change from now on, until closed.
     *
     * @throws IOException if changes cannot be watched
     */
    Watch watch(Announcements to) throws IOException;

    /** How long the machine has been running, the time it slept included; its start does not matter, steps of the wall clock must not show. */
    Duration uptime() throws IOException;

    /** Ends a watch; no announcement is under way or will come once it returns. */
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }
}
