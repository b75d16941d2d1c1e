/**
 * Packets: each datagram is sealed by itself. With SIP004 it stands alone; with SIP022 it belongs to a session, whose packets are numbered.
 *
 * <p>Several datagrams of equal size in one buffer are sealed into several of equal size in one buffer, so that they still cross the kernel with one
 * system call. There is no padding: SIP022 leaves it to a policy, and it would make sizes differ.
 *
 * <p>Threads: one loop an object. Ownership: who is handed a buffer owns it.
 */
package io.sluice.shadowsocks.packet;
