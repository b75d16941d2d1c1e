package io.sluice.tun.linux;

import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.Segmentation;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * The packets of a trial, and what pieces of them must look like.
 *
 * <p>They are made to end where they are looked at, whatever filters, routes and neighbours the host has. The source is a multicast address,
 * which no host and no stack of ours takes a packet from (RFC 1122 §3.2.1.3, RFC 4291 §2.7), and the checksum of the IPv4 header is wrong: so
 * the kernel drops them as it receives them, before its packet filter, its connection tracking and its routes see them (net/ipv4/ip_input.c and
 * net/ipv6/ip6_input.c, ip_rcv_core and ip6_rcv_core). And they have one hop left, so that no router would pass them on.
 */
final class TrialPacket {

    /** Octets of payload a segment: fits into the smallest MTU (RFC 8200 §5) behind 60 octets of headers; a multiple of 4. */
    static final int SEGMENT = 1_200;

    /** Nearly as much as an IP packet's 16 bits of length allow, as the stack makes them; the last segment is shorter than the others. */
    private static final int SUPER_PAYLOAD = 53 * SEGMENT + 700;

    /** A prime. */
    private static final int PERIOD = 251;

    private static final int SMALL_PAYLOAD = 100;
    private static final int CONTROL_PAYLOAD = 16;

    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;
    private static final int TCP_HEADER = 20;
    private static final int UDP_HEADER = 8;
    private static final int TCP = 6;
    private static final int UDP = 17;

    /** MCAST-TEST-NET (RFC 6676) to TEST-NET-2 (RFC 5737). */
    private static final byte[] ADDRESSES_V4 = {(byte) 233, (byte) 252, 0, 53, (byte) 198, 51, 100, 53};

    /** A group based on the documentation prefix (RFC 3306, RFC 3849), to an address of that prefix. */
    private static final byte[] ADDRESSES_V6 = {
        (byte) 0xff,
        0x3e,
        0,
        0x20,
        0x20,
        1,
        0xd,
        (byte) 0xb8,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        53,
        0x20,
        1,
        0xd,
        (byte) 0xb8,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        53
    };

    /** Discard (RFC 863). */
    private static final int PORT = 9;

    private static final int SEQUENCE = 0x7fff_f000;
    private static final int ACK = 0x10;

    private final TrialKind kind;
    private final TrialFrame subject;
    private final TrialFrame control;

    TrialPacket(TrialKind kind) {
        this.kind = kind;
        Segmentation segmentation = kind.superPacket ? kind.transport : Segmentation.NONE;
        subject = TrialFrame.of(
                packet(payloadLength(), true),
                new PacketOffload().set(segmentation, kind.superPacket ? SEGMENT : 0, true, networkHeader()));
        control = TrialFrame.of(packet(CONTROL_PAYLOAD, false), new PacketOffload());
    }

    TrialKind kind() {
        return kind;
    }

    /** What is tried: a super-packet, or an ordinary one with a partial checksum. */
    TrialFrame subject() {
        return subject;
    }

    /** Takes the same way and needs no offload. */
    TrialFrame control() {
        return control;
    }

    /** Whether it is a packet of this class. */
    static boolean isOurs(TrialFrame frame) {
        byte[] addresses = frame.ipv6() ? ADDRESSES_V6 : ADDRESSES_V4;
        int at = VnetHeader.SIZE + (frame.ipv6() ? 8 : 12);
        return frame.octets().length >= at + addresses.length
                && ByteBuffer.wrap(frame.octets(), at, addresses.length).equals(ByteBuffer.wrap(addresses));
    }

    private int payloadLength() {
        return kind.superPacket ? SUPER_PAYLOAD : SMALL_PAYLOAD;
    }

    private int networkHeader() {
        return kind.ipv6 ? IPV6_HEADER : IPV4_HEADER;
    }

    private int transportHeader() {
        return kind.transport == Segmentation.TCP ? TCP_HEADER : UDP_HEADER;
    }

    private int protocol() {
        return kind.transport == Segmentation.TCP ? TCP : UDP;
    }

    private byte[] packet(int payload, boolean partial) {
        int network = networkHeader();
        int length = transportHeader() + payload;
        ByteBuffer out = ByteBuffer.allocate(network + length);
        if (kind.ipv6) {
            out.putInt(0x6000_0000)
                    .putShort((short) length)
                    .put((byte) protocol())
                    .put((byte) 1);
            out.put(ADDRESSES_V6);
        } else {
            out.putShort((short) 0x4500).putShort((short) (network + length)).putInt(0x0001_4000);
            out.put((byte) 1).put((byte) protocol()).putShort((short) 0).put(ADDRESSES_V4);
            // The complement of a right checksum is a wrong one.
            out.putShort(10, (short) sum(out.array(), 0, network, 0));
        }
        out.putShort((short) PORT).putShort((short) PORT);
        if (kind.transport == Segmentation.TCP) {
            out.putInt(SEQUENCE).putInt(1).putShort((short) (0x5000 | ACK)).putShort((short) 1000);
        } else {
            out.putShort((short) length);
        }
        int checksum = out.position();
        fill(out.array(), network + transportHeader());
        int sum = pseudoHeader(out.array(), 0, length);
        out.putShort(checksum, (short) (partial ? sum : ~sum(out.array(), network, length, sum)));
        return out.array();
    }

    /** So that a segment at another's place shows: none of the multiples of its length is one of the period's. */
    private static void fill(byte[] packet, int from) {
        for (int at = from; at < Math.min(from + PERIOD, packet.length); at++) {
            packet[at] = (byte) at;
        }
        for (int known = PERIOD; from + known < packet.length; known *= 2) {
            System.arraycopy(packet, from, packet, from + known, Math.min(known, packet.length - from - known));
        }
    }

    private int pseudoHeader(byte[] octets, int packet, int length) {
        return kind.ipv6
                ? sum(octets, packet + 8, ADDRESSES_V6.length, protocol() + length)
                : sum(octets, packet + 12, ADDRESSES_V4.length, protocol() + length);
    }

    /** The sum of RFC 1071, folded and not complemented; by words, which its section 2 (C) allows. Lengths are multiples of 4. */
    private static int sum(byte[] octets, int from, int length, int before) {
        long sum = before;
        for (int at = from; at < from + length; at += Integer.BYTES) {
            // As an array, not a buffer: this runs once, so it is not compiled.
            sum += (octets[at] & 0xffL) << 24
                    | (octets[at + 1] & 0xff) << 16
                    | (octets[at + 2] & 0xff) << 8
                    | octets[at + 3] & 0xff;
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (int) sum;
    }

    /**
     * What is wrong with these as the pieces into which a kernel has cut the subject; empty if nothing.
     *
     * @param partial whether their checksums may be left to the reader
     */
    Optional<String> wrong(List<TrialFrame> pieces, boolean partial) {
        int payload = payloadLength();
        int expected = (payload + SEGMENT - 1) / SEGMENT;
        if (pieces.size() != expected) {
            return Optional.of("in " + pieces.size() + " instead of " + expected + " pieces");
        }
        for (int i = 0; i < expected; i++) {
            int from = i * SEGMENT;
            Optional<String> fault = wrong(pieces.get(i), from, Math.min(SEGMENT, payload - from), partial);
            if (fault.isPresent()) {
                return Optional.of("piece " + (i + 1) + " of " + expected + " " + fault.get());
            }
        }
        return Optional.empty();
    }

    private Optional<String> wrong(TrialFrame piece, int from, int size, boolean partial) {
        int network = networkHeader();
        int length = transportHeader() + size;
        PacketOffload offload = new PacketOffload();
        if (!piece.read(offload) || offload.segmentation != Segmentation.NONE || offload.partialChecksum && !partial) {
            return Optional.of("is not complete");
        }
        int at = VnetHeader.SIZE;
        ByteBuffer packet = piece.packet();
        boolean fits = packet.limit() == network + length
                && packet.getShort(kind.ipv6 ? 4 : 2) == (short) (kind.ipv6 ? length : network + length)
                && (kind.transport == Segmentation.TCP
                        ? packet.getInt(network + 4) == SEQUENCE + from
                        : packet.getShort(network + 4) == (short) length);
        if (!fits) {
            return Optional.of("has another length or sequence number than it must have");
        }
        // The kernel writes an IPv4 header anew only where it cuts.
        if (kind.superPacket && !kind.ipv6 && sum(piece.octets(), at, network, 0) != 0xffff) {
            return Optional.of("has a wrong header checksum");
        }
        int pseudo = pseudoHeader(piece.octets(), at, length);
        int field = network + (kind.transport == Segmentation.TCP ? VnetHeader.TCP_CHECKSUM : VnetHeader.UDP_CHECKSUM);
        boolean right = offload.partialChecksum
                ? piece.isSummedAt(network, field) && Short.toUnsignedInt(packet.getShort(field)) == pseudo
                : sum(piece.octets(), at + network, length, pseudo) == 0xffff;
        if (!right) {
            return Optional.of("has a wrong checksum");
        }
        int payload = network + transportHeader();
        boolean same = packet.slice(payload, size).equals(subject.packet().slice(payload + from, size));
        return same ? Optional.empty() : Optional.of("has other octets than were sent");
    }
}
