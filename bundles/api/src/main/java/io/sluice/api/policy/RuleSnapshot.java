package io.sluice.api.policy;

/**
 * A rule and how often it decided.
 *
 * @param index place in the order, from 0
 * @param name its name, or empty
 * @param text the whole rule as one line
 * @param target outbound tag, {@code !reject} or {@code !drop}
 * @param hits flows it decided since it is in force
 */
public record RuleSnapshot(int index, String name, String text, String target, long hits) {}
