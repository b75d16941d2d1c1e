/**
 * Netlink for the Linux fragments: a socket that never blocks for ever, and the rtnetlink messages for links, addresses, routes and
 * policy rules (rtnetlink(7), linux/rtnetlink.h, linux/fib_rules.h).
 *
 * <p>A plain library: each fragment that needs it carries a private copy, nobody exports it and it holds no global state but the
 * bound C functions. The codec is plain Java over {@link java.nio.ByteBuffer}; only {@link io.sluice.netlink.linux.NetlinkSocket}
 * touches the kernel. Beside it: which of the TUN interfaces are this process's own, which netlink does not tell.
 *
 * <p>Threads: a watch has its own; a socket belongs to one thread at a time; records and messages are immutable and free. Ownership: who opens a socket
 * closes it.
 */
package io.sluice.netlink.linux;
