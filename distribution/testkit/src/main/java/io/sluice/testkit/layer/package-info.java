/**
 * Both halves of stream layers on the loopback, for tests: a server that echoes, a client that writes down what comes. Sockets are NIO's.
 *
 * <p>Threads: two event loops; the test's own thread waits with a deadline and the last state in the message.
 */
package io.sluice.testkit.layer;
