/**
 * The algorithm of the system stack: TCP by address translation into a listener of the kernel.
 *
 * <p>{@link io.sluice.systemstack.engine.TcpNat} takes the place of the TCP layer in an engine of {@code netstack}, whose UDP, ICMP and
 * fragments it shares. A client's segment from C to D leaves as one from the {@link io.sluice.systemstack.engine.KernelSide}'s neighbour, at the
 * session's port, to its listener; the kernel's answers come out of the same device and leave as from D to C:
 *
 * <pre>
 *  client C:c → D:d      =>   far:p → own:listener        (TUN, in and out again)
 *  own:listener → far:p  =>   D:d → C:c
 * </pre>
 *
 * <p>What differs from the user stack, because the kernel decides it: congestion control, timers, windows and their memory are the host's
 * settings (sysctl); all clients are one host for the kernel's per-destination memory (tcp_metrics), and its first estimate of the round trip is
 * that of the handshake made here, so a client farther than 200 ms sees its first segment twice; payload of a SYN is not taken.
 *
 * <p>Threads: everything of one engine runs on its queue's event loop. Time and randomness come in through the engine's setup. Ownership: a packet
 * is borrowed for the call and changed where it lies.
 */
package io.sluice.systemstack.engine;
