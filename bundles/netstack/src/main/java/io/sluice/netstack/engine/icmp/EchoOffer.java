package io.sluice.netstack.engine.icmp;

import io.netty.buffer.ByteBuf;
import io.sluice.api.flow.CloseReason;
import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.IncomingPacket;
import io.sluice.netstack.engine.MappedAddress;
import io.sluice.netstack.engine.WheelTimer;
import io.sluice.wire.Icmp;
import io.sluice.wire.IpProtocol;
import io.sluice.wire.Ipv4Header;
import io.sluice.wire.Ipv6Header;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * One echo request for a host beyond the gateway.
 *
 * <pre>
 * offered  answered within the call > answered in place, nothing is copied
 * offered  the call returns         > kept: a copy, bounded in number, octets and time
 * kept     reply, reject            > answered
 * kept     {@link EchoLimits#KEPT_FOR} > lost
 * </pre>
 */
public final class EchoOffer extends WheelTimer {

    private final IcmpLayer layer;
    final boolean v6;
    final long sourceHigh;
    final long sourceLow;
    final long destinationHigh;
    final long destinationLow;
    private final int identifier;
    private final int length;
    private IncomingPacket packet;
    private ByteBuf copy;

    EchoOffer(IcmpLayer layer, IncomingPacket request) {
        this.layer = layer;
        this.v6 = request.v6;
        this.sourceHigh = request.sourceHigh;
        this.sourceLow = request.sourceLow;
        this.destinationHigh = request.destinationHigh;
        this.destinationLow = request.destinationLow;
        this.identifier = Icmp.identifier(request.nio, request.transportAt);
        this.length = request.transportLength;
        this.packet = request;
    }

    /** The client, its port being the identifier. */
    public InetSocketAddress remote() {
        return MappedAddress.socketAddress(sourceHigh, sourceLow, identifier);
    }

    /** The host it asks for, with port 0. */
    public InetSocketAddress local() {
        return MappedAddress.socketAddress(destinationHigh, destinationLow, 0);
    }

    /** Octets of echo data. */
    public int dataLength() {
        return length - Icmp.BODY;
    }

    boolean isAnswered() {
        return packet == null && copy == null;
    }

    /** The call that brought the packet returns. */
    void keep(ByteBuf room) {
        room.setIndex(Ipv6Header.LENGTH, Ipv6Header.LENGTH);
        room.writeBytes(packet.buffer, packet.transportAt + packet.bufferShift, length);
        packet = null;
        copy = room;
    }

    /** There is no room to keep it. */
    void drop() {
        packet = null;
    }

    int keptOctets() {
        return Ipv6Header.LENGTH + length;
    }

    /** Answers as the host asked for would. */
    public void reply() {
        if (packet != null) {
            IncomingPacket request = packet;
            packet = null;
            layer.answer(request);
        } else if (copy != null) {
            ByteBuffer nio = copy.internalNioBuffer(0, copy.capacity());
            layer.answer(this, copy, nio, nio.position() + Ipv6Header.LENGTH, length);
            forget();
        }
    }

    /** Refuses, as the reason means it. */
    public void reject(CloseReason reason) {
        if (packet != null) {
            IncomingPacket request = packet;
            packet = null;
            layer.errors().unreachable(reason, request.nio, request.at, request.length, request.nowNanos);
        } else if (copy != null) {
            ByteBuffer nio = copy.internalNioBuffer(0, copy.capacity());
            int message = nio.position() + Ipv6Header.LENGTH;
            int at = writeRequestHeader(nio, message);
            layer.errors().unreachable(reason, nio, at, message + length - at, layer.nowNanos());
            forget();
        }
    }

    private int writeRequestHeader(ByteBuffer nio, int message) {
        if (v6) {
            int at = message - Ipv6Header.LENGTH;
            Ipv6Header.write(
                    nio,
                    at,
                    0,
                    0,
                    length,
                    IpProtocol.ICMPV6,
                    IcmpLayer.HOP_LIMIT,
                    sourceHigh,
                    sourceLow,
                    destinationHigh,
                    destinationLow);
            return at;
        }
        int at = message - Ipv4Header.MIN_LENGTH;
        Ipv4Header.write(
                nio,
                at,
                0,
                Ipv4Header.MIN_LENGTH + length,
                0,
                0,
                IcmpLayer.HOP_LIMIT,
                IpProtocol.ICMPV4,
                MappedAddress.v4(sourceLow),
                MappedAddress.v4(destinationLow));
        return at;
    }

    /** Lets a kept request go. */
    void forget() {
        copy.release();
        copy = null;
        layer.forgotten(this);
    }

    @Override
    protected void expired(long nowNanos) {
        layer.count(Counter.ICMP_ECHO_DROPPED);
        forget();
    }
}
