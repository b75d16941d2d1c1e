/**
 * The kernel's nf_tables by netlink: a whole ruleset in one batch, in a millisecond and without a program. For filters that must be put back at once
 * when somebody removes them, and for tables that only their owner's socket may change.
 *
 * <p>Threads: none of its own; one thread at a time. Nothing here is kept beyond a call.
 */
package io.sluice.nftables.linux.netlink;
