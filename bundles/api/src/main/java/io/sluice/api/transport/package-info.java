/**
 * How a stream to a server is made of layers: an outbound (or inbound) stacks a transport on a security layer on a dialer (or listener).
 *
 * <p>A {@link io.sluice.api.transport.StreamLayer} is a service of its bundle. Which ones an outbound stacks is said by its configuration, as
 * targets of its static references {@code security} and {@code transport}; what comes of it is one immutable
 * {@link io.sluice.api.transport.StreamDialer}. A layer wraps a dialer into a dialer, not a channel into a channel: so it may keep connections
 * and open many streams over one (gRPC, multiplexers), take another connection for each direction, or leave the lower one alone.
 *
 * <p>The stream of every dialer and acceptor keeps the rules of {@link io.sluice.api.flow.ByteStream}: registered on the asked loop, AUTO_READ
 * off at hand-over, {@code ByteBuf}s only, the far side's orderly end as {@code ChannelInputShutdownEvent}, {@code channelInactive} without one
 * as an abort; {@code isWritable()} tells of everything that waits, in whichever layer; {@code channelReadComplete} comes after what was read; with AUTO_READ off a layer
 * holds no more than one read of the layer below has brought. A layer that lets the first octets travel with its handshake (early data) may
 * hand the stream over before the far side has answered; a refusal then comes as an {@code exceptionCaught} with a
 * {@link io.sluice.api.outbound.ConnectException}.
 *
 * <p>Half-close: {@code shutdownOutput()} is, over TCP, FIN; over TLS 1.3, {@code close_notify}, and reading goes on (over TLS 1.2 that ends both
 * directions, RFC 5246 §7.2.1); a transport without a word for it (WebSocket has but one close for both directions) documents what it does.
 * A FIN without {@code close_notify} is an abort: somebody may have cut the stream.
 *
 * <p>Threads: {@code dial} and {@code accept} on the stream's loop; results are given there. Layers, dialers and acceptors are safe for all loops.
 *
 * <p>Ownership: whoever is handed a stream owns it. A layer that is withdrawn takes its outbounds with it (they come back with it); streams that were
 * handed over live on until their flow ends.
 */
@Export
@Version("1.1.0")
package io.sluice.api.transport;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
