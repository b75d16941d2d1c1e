/**
 * Keeps the appliance's own sockets out of its own tunnel: marks them, binds them to the physical interface, and knows their endpoints so
 * that a packet of theirs that comes back is recognised.
 *
 * <p>Needs an {@link io.sluice.egress.spi.EgressBackend}, which the platform's fragment brings. Without a fragment for this platform the
 * service is absent, which says: "no egress backend for this platform", and nobody dials.
 *
 * <p>Threads: dialling reads one immutable table and never waits; a thread of the backend notices changes of the host's network and a
 * new table is published.
 */
package io.sluice.egress;
