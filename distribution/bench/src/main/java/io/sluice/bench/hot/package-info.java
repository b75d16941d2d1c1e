/**
 * The hot paths one by one, by JMH: {@code ./sluice bench jmh [JMH OPTIONS]}. What a figure is good for: to compare two commits on one machine
 * within the hour, and to see allocation with {@code -prof gc}.
 *
 * <p>Threads: JMH's; a state belongs to one.
 */
package io.sluice.bench.hot;
