package io.sluice.netlink.linux;

import java.net.InetAddress;
import java.util.Optional;

/**
 * One way of a multipath route (struct rtnexthop).
 *
 * @param interfaceIndex by which interface
 * @param gateway by which router; empty when the destination is on the link
 * @param weight 1…256, its share
 */
public record NextHop(int interfaceIndex, Optional<InetAddress> gateway, int weight) {}
