/**
 * Routes and policy rules by rtnetlink. Entries of ours carry the protocol number {@link
 * io.sluice.route.linux.NetlinkRouteBackend#PROTOCOL}, by which they are found again without any memory of who made them.
 *
 * <p>Threads: one at a time; each call opens and closes its own netlink socket and waits at most seconds.
 */
package io.sluice.route.linux;
