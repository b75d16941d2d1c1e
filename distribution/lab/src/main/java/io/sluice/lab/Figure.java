package io.sluice.lab;

import java.time.Duration;
import java.util.Optional;

/**
 * Something that a class measures besides its recovery.
 *
 * @param bar the catalogue's figure, which the value is not to exceed; none where the catalogue has none
 */
record Figure(String name, Duration value, Optional<Duration> bar) {}
