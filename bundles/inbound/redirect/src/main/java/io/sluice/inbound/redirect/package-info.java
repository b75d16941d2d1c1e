/**
 * The inbound {@code redirect}: TCP of local programs and of hosts behind this one, redirected by the kernel's packet filter to a listener, its destination
 * kept. For the tunnel ({@link io.sluice.inbound.redirect.HostStreamRedirector}: all that the routes would send into the TUN device) and as an
 * inbound of its own ({@link io.sluice.inbound.redirect.RedirectInbound}).
 *
 * <p>Needs a {@link io.sluice.inbound.redirect.spi.RedirectBackend}, which the platform's fragment brings. Without a fragment for this platform the
 * services are absent, which says: "no redirect backend for this platform".
 *
 * <p>The rules that redirect live exactly as long as the listener behind them: they are set when it listens and removed before it closes, and what a killed
 * process left is removed when this room starts, for a rule without its listener refuses every connection.
 *
 * <p>Threads: activation and the coordinator's calls wait for the packet filter, some milliseconds; connections live on the shared loops. Ownership: an
 * accepted connection is the flow room's and outlives this room.
 */
package io.sluice.inbound.redirect;
