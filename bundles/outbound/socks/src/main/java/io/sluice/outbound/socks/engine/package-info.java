/**
 * Opening streams and associations through one SOCKS5 proxy.
 *
 * <p>Every attempt is a {@link io.sluice.outbound.socks.engine.Dial}: open a stream to the proxy by the chain that the configuration makes
 * ({@link io.sluice.dialer.ServerChain}), hold the conversation of {@link io.sluice.outbound.socks.engine.ClientHandshake}; one deadline over all of it. An attempt ends exactly once, with a value or
 * with a {@link io.sluice.api.outbound.ConnectException} that names the proxy, the destination and the phase.
 *
 * <p>Threads: the request's loop. Ownership: an attempt that fails or is cancelled closes what it opened.
 */
package io.sluice.outbound.socks.engine;
