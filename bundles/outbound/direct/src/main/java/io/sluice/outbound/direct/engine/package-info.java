/**
 * Dialling: names to addresses, addresses to sockets, every socket bound by the {@code EgressBinder} before its first packet. No binder, no
 * packet. Each address is held against {@code finalRules} first, or else against what its client may reach.
 *
 * <p>Threads: everything of one open request happens on its event loop. There is one name resolver for each loop. Counters are adders and are
 * read from any thread.
 *
 * <p>Ownership: a socket is this package's until the open request succeeds, then its asker's.
 */
package io.sluice.outbound.direct.engine;
