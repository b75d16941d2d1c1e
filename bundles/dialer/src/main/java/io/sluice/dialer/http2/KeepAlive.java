package io.sluice.dialer.http2;

import java.time.Duration;

/**
 * When a silent connection is asked for a sign of life (PING), and given up.
 *
 * @param idle silence before the question; zero for never to ask
 * @param patience how long the answer may take
 * @param always also without streams
 */
public record KeepAlive(Duration idle, Duration patience, boolean always) {}
