/**
 * Commands as values: what a verb is called, takes, prints and completes, and how a line of words finds it. Plain Java; the clock and the
 * streams come in with each {@link io.sluice.shell.engine.Call}.
 *
 * <p>Threads: a call belongs to the thread that runs it. Everything else is immutable.
 */
package io.sluice.shell.engine;
