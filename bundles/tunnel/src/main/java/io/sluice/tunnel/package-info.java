/**
 * The coordinator: alone decides what stands on the host. This package is the wiring; {@link io.sluice.tunnel.engine} is the state
 * machine.
 *
 * <p>Threads: one coordinator thread takes commands from a bounded queue, in order, and is the only one that calls the tun, netstack and
 * route rooms. Every listener has a mailbox of its own, so a slow one holds nobody up. The state file is written on the coordinator's
 * thread.
 *
 * <p>Precedence of profiles: a profile from the configuration ({@code io.sluice.tunnel}) replaces the saved one when it differs from the
 * last one that the configuration brought. In between, what an operator saved by command stays, over restarts too.
 */
package io.sluice.tunnel;
