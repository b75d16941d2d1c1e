package io.sluice.api.config;

import java.time.Instant;

/**
 * A configuration that was validated and kept.
 *
 * @param number from 1, growing
 * @param appliedAt when it took effect
 * @param author who applied it: {@code file}, {@code shell}, {@code rest}, …
 * @param note what the author said
 */
public record Generation(int number, Instant appliedAt, String author, String note) {}
