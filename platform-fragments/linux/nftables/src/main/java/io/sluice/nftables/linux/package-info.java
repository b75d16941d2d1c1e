/**
 * The kernel's packet filter, by the program {@code nft}: tables of ours, each set whole in one transaction, read back, and removed; what belongs
 * to others is never touched. A plain library: fragments that filter packets each carry a private copy.
 *
 * <p>Why the program and not netlink: a ruleset is set once a start, so its 10 ms do not matter, and the program knows the kernel's
 * expressions better than a codec of ours would. It is given JSON on its standard input, never a shell or a line of text made of names.
 *
 * <p>Threads: calls block for some milliseconds, {@link io.sluice.nftables.linux.Nft#PATIENCE} at most; any thread, in whose network namespace
 * the program works. Ownership: a table belongs to who bears its tag.
 */
package io.sluice.nftables.linux;
