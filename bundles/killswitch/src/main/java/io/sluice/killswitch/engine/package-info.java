/**
 * From a policy to the rules, in plain Java.
 *
 * <p>Theory of operation. A closed filter drops what it does not name. The order in each chain is that of what must win:
 *
 * <ol>
 *   <li>the loopback, and programs' connections that this host redirects to it;
 *   <li>packets to the tunnel's own addresses that arrive by another interface are dropped (CVE-2019-14899), before anything could answer them; also while
 *       it is not connected, for its device may be there;
 *   <li>what a link needs to work: DHCP, DHCPv6, neighbour discovery;
 *   <li>our own sockets, known by their mark, to their endpoints. The mark is the condition, so that another program, or a host behind us, that
 *       sends to a proxy's address is refused (MUL-02-002, TunnelCrack ServerIP);
 *   <li>name queries into the tunnel, to its resolvers; every other one is refused. This stands before the local network, whose resolver is not to be
 *       asked;
 *   <li>the tunnel;
 *   <li>ports of this host for administration, and their answers: only in connections that were opened from outside;
 *   <li>redirected TCP for our listeners, and its answers;
 *   <li>the local network, if allowed: a fixed list of ranges;
 *   <li>the rest is refused (from this host, from the local network; our own openings, so that they fail at once, by a reset) or dropped, and counted.
 * </ol>
 *
 * <p>Nothing is accepted for being established alone: a connection from before the filter was closed has no rule. An answer to one of our own
 * sockets is known by the socket it is for.
 *
 * <p>The guard stands at the exit of each interface and trusts a bit in the mark that the filter's rules set as they let a packet pass. While the filter is
 * gone nobody sets it but the trial of a TUN device's offloads, which sends into the device alone, so nothing but our own sockets and the link's own messages
 * leave.
 */
package io.sluice.killswitch.engine;
