/**
 * Dialling, the bottom of every chain: names to addresses, addresses to sockets, every socket bound by the {@code EgressBinder} before its first packet. No binder,
 * no packet. Where a client has chosen the host, what it may reach ({@code ClientReach}). And the chain on top of it, composed once for a component. A plain library; every room that needs it carries its own private copy.
 *
 * <p>Threads: everything of one open request happens on its event loop. There is one name resolver for each loop. Counters are adders and are
 * read from any thread.
 *
 * <p>Ownership: a socket is this package's until the open request succeeds, then its asker's.
 */
package io.sluice.dialer;
