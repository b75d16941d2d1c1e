/**
 * Where strangers go: another server gets their connection with every octet as it came, so that who does not know a key meets that server and
 * nothing of ours.
 *
 * <p>Threads: the connection's loop. Ownership: a relay owns both connections from its beginning to its end.
 */
package io.sluice.proxyserver.fallback;
