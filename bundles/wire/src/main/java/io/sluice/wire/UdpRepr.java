package io.sluice.wire;

import java.nio.ByteBuffer;

/** A UDP header as a value, without checksum and length, which follow from the payload. */
public record UdpRepr(int sourcePort, int destinationPort) {

    /** Reads a header that {@link UdpHeader#check4} or {@link UdpHeader#check6} has accepted. */
    public static UdpRepr parse(ByteBuffer buf, int at) {
        return new UdpRepr(UdpHeader.sourcePort(buf, at), UdpHeader.destinationPort(buf, at));
    }

    /** Writes {@link UdpHeader#LENGTH} octets for a payload of {@code payloadLength}; the checksum is zero. */
    public void emit(ByteBuffer buf, int at, int payloadLength) {
        UdpHeader.write(buf, at, sourcePort, destinationPort, UdpHeader.LENGTH + payloadLength);
    }
}
