package io.sluice.tun.linux;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.api.tun.PacketOffload;
import java.nio.ByteBuffer;

/**
 * A packet of a trial with the vnet header that stands before it.
 *
 * @param octets {@link VnetHeader#SIZE} octets of header, then the IP packet
 */
record TrialFrame(byte[] octets) {

    /** @param offload how the packet is to be cut and summed */
    static TrialFrame of(byte[] packet, PacketOffload offload) {
        byte[] octets = new byte[VnetHeader.SIZE + packet.length];
        System.arraycopy(packet, 0, octets, VnetHeader.SIZE, packet.length);
        ByteBuf header = Unpooled.wrappedBuffer(octets, 0, VnetHeader.SIZE);
        if (!VnetHeader.write(header, Unpooled.wrappedBuffer(packet), offload)) {
            throw new IllegalArgumentException("a packet that no vnet header describes");
        }
        return new TrialFrame(octets);
    }

    int length() {
        return octets.length - VnetHeader.SIZE;
    }

    /** The IP packet alone. */
    ByteBuffer packet() {
        return ByteBuffer.wrap(octets, VnetHeader.SIZE, length()).slice();
    }

    boolean ipv6() {
        return length() > 0 && octets[VnetHeader.SIZE] >> 4 == 6;
    }

    /** @return false if header and packet do not fit together */
    boolean read(PacketOffload offload) {
        return length() > 0 && VnetHeader.read(Unpooled.wrappedBuffer(octets), 0, VnetHeader.SIZE, length(), offload);
    }

    /** Whether the reader is asked to sum the packet from {@code start} on and to put the result at {@code field}. */
    boolean isSummedAt(int start, int field) {
        return VnetHeader.sums(Unpooled.wrappedBuffer(octets), 0, start, field);
    }

    boolean samePacket(TrialFrame other) {
        return packet().equals(other.packet());
    }
}
