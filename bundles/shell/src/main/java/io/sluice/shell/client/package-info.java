/**
 * The other end of the command socket for machines without curl: one small class that needs nothing but the JDK and starts in a few dozen
 * milliseconds. It runs in a process of its own, outside any framework. See {@code io.sluice.shell} for the protocol.
 *
 * <p>Threads: the main thread alone.
 */
package io.sluice.shell.client;
