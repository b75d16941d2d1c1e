package io.sluice.tunnel.engine;

import java.time.Duration;

/** Gives a command later. */
@FunctionalInterface
public interface Timer {

    void later(Duration delay, Command command);
}
