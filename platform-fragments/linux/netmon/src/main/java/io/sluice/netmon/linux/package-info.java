/**
 * The network of the Linux kernel by rtnetlink, and sleep and wake by logind's signal on the system bus where there is one.
 *
 * <p>Threads: one listens to netlink, one to the bus; reading opens and closes a netlink socket of its own.
 */
package io.sluice.netmon.linux;
