package io.sluice.systemstack.engine;

import io.netty.buffer.ByteBuf;
import io.sluice.api.tun.OffloadCapabilities;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.Segmentation;
import io.sluice.netstack.engine.IncomingPacket;
import io.sluice.netstack.engine.IpOutput;
import io.sluice.netstack.engine.StackEngine;
import io.sluice.wire.Checksum;
import io.sluice.wire.Checksums;
import io.sluice.wire.Ipv4Header;
import io.sluice.wire.Ipv6Header;
import io.sluice.wire.Octets;
import io.sluice.wire.TcpHeader;
import java.nio.ByteBuffer;

/**
 * Changes addresses and ports of a TCP packet where it lies and sends it on, super-packets as they are: no octet of payload is looked at.
 *
 * <p>Checksums are corrected by the difference (RFC 1624), so a damaged packet stays a damaged one and is found by the kernel. A partial
 * checksum covers the addresses only; the ports are summed by the device.
 */
final class PacketRewrite {

    private final IpOutput output;
    private final OffloadCapabilities device;
    private final PacketOffload how = new PacketOffload();

    PacketRewrite(StackEngine engine) {
        this.output = engine.output();
        this.device = engine.setup().offload();
    }

    /** What the sums of all packets towards the kernel change by: the new addresses less the old ones. */
    static int difference(int after, int before) {
        return Checksum.fold(after + (~before & 0xffff));
    }

    void toKernel(IncomingPacket packet, NatSession session) {
        KernelSide kernel = session.kernel;
        addresses(packet, kernel.farHigh(), kernel.farLow(), kernel.ownHigh(), kernel.ownLow());
        checksums(packet, session.addressDifference, session.portDifference);
        ports(packet, session.natPort << 16 | kernel.port());
        describe(packet);
        send(packet);
    }

    void toClient(IncomingPacket packet, NatSession session) {
        addresses(packet, session.localHigh, session.localLow, session.remoteHigh, session.remoteLow);
        checksums(packet, ~session.addressDifference & 0xffff, ~session.portDifference & 0xffff);
        ports(packet, session.localPort() << 16 | session.remotePort());
        describe(packet);
        if (session.pathMtu != 0) {
            narrow(packet, session);
        }
        send(packet);
    }

    private static void addresses(IncomingPacket packet, long fromHigh, long fromLow, long toHigh, long toLow) {
        ByteBuffer nio = packet.nio;
        int at = packet.at;
        if (packet.v6) {
            Ipv6Header.putSource(nio, at, fromHigh, fromLow);
            Ipv6Header.putDestination(nio, at, toHigh, toLow);
        } else {
            nio.putInt(at + Ipv4Header.SOURCE, (int) fromLow);
            nio.putInt(at + Ipv4Header.DESTINATION, (int) toLow);
        }
    }

    private static void ports(IncomingPacket packet, int both) {
        packet.nio.putInt(packet.transportAt, both);
    }

    private static void checksums(IncomingPacket packet, int addressDifference, int portDifference) {
        ByteBuffer nio = packet.nio;
        if (!packet.v6) {
            correct(nio, packet.at + Ipv4Header.CHECKSUM, addressDifference);
        }
        int field = packet.transportAt + TcpHeader.CHECKSUM;
        if (packet.checksums == Checksums.OFFLOADED) {
            // The field holds the pseudo-header's sum, not complemented.
            Octets.put16(nio, field, Checksum.fold(Octets.u16(nio, field) + addressDifference));
        } else {
            correct(nio, field, addressDifference + portDifference);
        }
    }

    /** RFC 1624 §3, equation 3. */
    private static void correct(ByteBuffer nio, int field, int difference) {
        Octets.put16(nio, field, Checksum.complement((~Octets.u16(nio, field) & 0xffff) + difference));
    }

    private void describe(IncomingPacket packet) {
        int offset = packet.transportAt - packet.at;
        boolean partial = packet.checksums == Checksums.OFFLOADED;
        if (partial && packet.v6 && offset != Ipv6Header.LENGTH && packet.segmentation == Segmentation.NONE) {
            // A device finds the checksum of a single packet by the first header only.
            TcpHeader.putChecksum(
                    packet.nio,
                    packet.transportAt,
                    packet.transportLength,
                    Ipv6Header.addressSum(packet.nio, packet.at));
            partial = false;
        }
        how.set(packet.segmentation, packet.segmentSize, partial, partial ? offset : 0);
    }

    /** The way to this client takes less than the device: super-packets are told to be cut smaller, packets become super-packets. */
    private void narrow(IncomingPacket packet, NatSession session) {
        int offset = packet.transportAt - packet.at;
        int header = TcpHeader.headerLength(packet.nio, packet.transportAt);
        int most = session.pathMtu - offset - header;
        int payload = packet.transportLength - header;
        boolean able = packet.v6 ? device.tcp6() : device.tcp4();
        if (payload <= most || !able || (how.segmentation == Segmentation.TCP && how.segmentSize <= most)) {
            return;
        }
        if (!how.partialChecksum) {
            int addresses = packet.v6
                    ? Ipv6Header.addressSum(packet.nio, packet.at)
                    : Ipv4Header.addressSum(packet.nio, packet.at);
            TcpHeader.putPartialChecksum(packet.nio, packet.transportAt, packet.transportLength, addresses);
        }
        how.set(Segmentation.TCP, most, true, offset);
    }

    private void send(IncomingPacket packet) {
        ByteBuf buffer = packet.buffer;
        int reader = buffer.readerIndex();
        int writer = buffer.writerIndex();
        int from = packet.at + packet.bufferShift;
        buffer.setIndex(from, from + packet.length);
        output.sendWhole(buffer, how); // refused: lost, and sent again by who sent it
        buffer.setIndex(reader, writer);
    }
}
