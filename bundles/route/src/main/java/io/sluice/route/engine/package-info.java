/**
 * From a wanted {@link io.sluice.api.route.RouteSet} to the exact rules and routes, and from what is there to what is wanted.
 *
 * <p>Theory of operation. The routes into the tunnel live in a table of our own, which the host looks up only by our rules, so no entry of
 * the host is touched. The result is that of one table with longest-prefix match: for each prefix length L that occurs among the
 * included destinations, longest first, there are two rules,
 *
 * <pre>
 *   P    not fwmark MARK lookup main suppress_prefixlength L     what the host knows more exactly (connected subnets) wins
 *   P+1  not fwmark MARK lookup TABLE suppress_prefixlength L−1  else our destinations of this length
 * </pre>
 *
 * <p>so the default destination alone takes the two rules known from wg-quick, and an included prefix wins over the host's shorter ones. A
 * tie goes to the tunnel: somebody asked for exactly this prefix. Every rule passes our own marked packets by, also those for which
 * the host has no route, so they can never fall into the tunnel; they see the host's routing as if we were not there.
 *
 * <p>An excluded prefix is a {@code throw} route in our table: the look-up goes on, in the end with the host's own rules. That needs no
 * rule for each prefix, and longest-prefix match within our table does the rest. Included prefixes inside an excluded one are left out,
 * for what is excluded stays out.
 *
 * <p>Order: routes before rules, rules that protect before rules that divert; backwards when removing. A refusal puts back what was
 * changed, last first. Plain Java, no threads, no clock.
 */
package io.sluice.route.engine;
