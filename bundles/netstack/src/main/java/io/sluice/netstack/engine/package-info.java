/**
 * The algorithm of the user-space stack: one {@link io.sluice.netstack.engine.StackEngine} per TUN queue.
 *
 * <p>A packet's way in: {@code StackEngine.input} checks the IP header with the views of {@code wire}, fills the one
 * {@link io.sluice.netstack.engine.IncomingPacket} and hands it to the protocol's {@link io.sluice.netstack.engine.TransportInput}, which
 * finds the {@link io.sluice.netstack.engine.Endpoint} in its {@link io.sluice.netstack.engine.EndpointTable}. Its way out:
 * {@link io.sluice.netstack.engine.IpOutput} writes the headers into one reused buffer and gathers the payload where it lies.
 *
 * <p>Threads: everything of one engine runs on its queue's event loop; engines share nothing. Only {@link
 * io.sluice.netstack.engine.Counters} is read from elsewhere.
 *
 * <p>Time and randomness come in through {@link io.sluice.netstack.engine.EngineSetup}: the engine has neither clock nor thread. Its timers
 * stand in one {@link io.sluice.netstack.engine.TimerWheel}, and an {@link io.sluice.netstack.engine.Alarm} tells when it wants the next tick.
 *
 * <p>Ownership: an incoming packet is borrowed for the call; who keeps octets retains a slice or copies. Addresses of both families are two
 * longs, IPv4 in its mapped form ({@code ::ffff:a.b.c.d}), which {@code wire} refuses as an IPv6 address on the wire: so one key serves
 * both.
 */
package io.sluice.netstack.engine;
