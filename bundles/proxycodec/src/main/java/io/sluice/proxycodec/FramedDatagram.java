package io.sluice.proxycodec;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;

/**
 * A datagram that came in a stream.
 *
 * @param peer the far host: where it goes, or where it comes from
 * @param payload owned by whoever takes it
 */
public record FramedDatagram(InetSocketAddress peer, ByteBuf payload) {}
