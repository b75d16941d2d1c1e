/**
 * The kill switch by nf_tables. Two tables are ours: {@code inet sluice_killswitch}, which outlives the process, and in lockdown {@code netdev
 * sluice_guard} at the exit of every interface, which belongs to our socket: {@code nft flush ruleset} does not remove it, and it ends with the process,
 * when nobody is left who would close the gap that it is for. Each rule's comment is its kind and a checksum of its text, by which it is recognised.
 *
 * <p>Why netlink and not the program nft: a filter that somebody removes is back within a millisecond, and a host without the program is protected too.
 * Only the file for the boot is written in the program's language.
 *
 * <p>Threads: calls by one at a time; one thread of ours waits for notices of the kernel. All work in the network namespace of the thread that made
 * the backend.
 */
package io.sluice.killswitch.linux;
