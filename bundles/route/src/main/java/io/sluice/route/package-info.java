/**
 * The host's routing tables, and nothing else: makes our part of them equal to what the coordinator wants.
 *
 * <p>Needs a {@link io.sluice.route.spi.RouteBackend}, which the platform's fragment brings. Without a fragment for this platform the
 * service is absent, which says: "no route backend for this platform".
 *
 * <p>When this room goes away its entries stay, tagged as ours, so that a swap does not flap; the successor adopts them with its next
 * {@code set}. Threads: called by the coordinator, one call at a time; calls block while the kernel works.
 */
package io.sluice.route;
