package io.sluice.lab;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalInt;

/** Octets of packets and messages that canaries and attackers send. */
final class Packets {

    /** In every canary, so that one is known wherever it is seen; two digits follow, of the class that sent it: 16 octets. */
    private static final byte[] MARK = "sluice-canary-".getBytes(StandardCharsets.US_ASCII);

    static final int MARK_LENGTH = MARK.length + 2;

    /** The digits of those that are sent without end. */
    static final int EVERYDAY = 0;

    private Packets() {}

    static byte[] mark() {
        return mark(EVERYDAY);
    }

    /** @param number of the class that sends it, as in {@code L14} */
    static byte[] mark(int number) {
        byte[] mark = Arrays.copyOf(MARK, MARK_LENGTH);
        mark[MARK.length] = (byte) ('0' + number / 10);
        mark[MARK.length + 1] = (byte) ('0' + number % 10);
        return mark;
    }

    /** The number of the class whose mark is at this place; none if there is no mark. */
    static OptionalInt markAt(byte[] octets, int at) {
        if (at < 0
                || at + MARK_LENGTH > octets.length
                || !Arrays.equals(MARK, 0, MARK.length, octets, at, at + MARK.length)) {
            return OptionalInt.empty();
        }
        return OptionalInt.of((octets[at + MARK.length] - '0') * 10 + octets[at + MARK.length + 1] - '0');
    }

    /** The first mark in a frame, wherever it is. */
    static OptionalInt markIn(byte[] frame) {
        for (int at = 14; at + MARK_LENGTH <= frame.length; at++) {
            OptionalInt mark = markAt(frame, at);
            if (mark.isPresent()) {
                return mark;
            }
        }
        return OptionalInt.empty();
    }

    /** A query for an A record of a name that is the mark: RFC 1035 §4. */
    static byte[] dnsQuery(int id) {
        return dnsQuery(id, EVERYDAY);
    }

    /** @param number of the class that sends it */
    static byte[] dnsQuery(int id, int number) {
        ByteBuffer query = ByteBuffer.allocate(12 + 1 + MARK_LENGTH + 1 + 7 + 1 + 4);
        query.putShort((short) id).putShort((short) 0x0100).putShort((short) 1).putShort((short) 0);
        query.putShort((short) 0).putShort((short) 0);
        query.put((byte) MARK_LENGTH).put(mark(number));
        query.put((byte) 7).put("example".getBytes(StandardCharsets.US_ASCII)).put((byte) 0);
        query.putShort((short) 1).putShort((short) 1);
        return query.array();
    }

    /** A query for an A record of a name. */
    static byte[] dnsQuery(int id, String name) {
        byte[] labels = name(name);
        return ByteBuffer.allocate(12 + labels.length + 4)
                .putShort((short) id)
                .putShort((short) 0x0100)
                .putShort((short) 1)
                .put(new byte[6])
                .put(labels)
                .putShort((short) 1)
                .putShort((short) 1)
                .array();
    }

    /** Its labels, each behind its length: RFC 1035 §3.1. */
    static byte[] name(String name) {
        ByteBuffer labels = ByteBuffer.allocate(name.length() + 2);
        for (String label : name.split("\\.")) {
            labels.put((byte) label.length()).put(label.getBytes(StandardCharsets.US_ASCII));
        }
        return labels.put((byte) 0).array();
    }

    /** An echo request, RFC 792 or RFC 4443 §4.1; the kernel sums the latter itself. */
    static byte[] echo(boolean ipv6, int sequence) {
        return echo(ipv6, sequence, EVERYDAY);
    }

    /** @param number of the class that sends it */
    static byte[] echo(boolean ipv6, int sequence, int number) {
        ByteBuffer echo = ByteBuffer.allocate(8 + MARK_LENGTH);
        echo.put((byte) (ipv6 ? 128 : 8)).put((byte) 0).putShort((short) 0).putShort((short) 0x5343);
        echo.putShort((short) sequence).put(mark(number));
        echo.putShort(2, ipv6 ? 0 : checksum(echo.array(), 0, echo.capacity()));
        return echo.array();
    }

    /** An IPv4 packet, RFC 791 §3.1, with options that are a multiple of four octets. */
    static byte[] ipv4(int protocol, InetAddress from, InetAddress to, int fragment, byte[] options, byte[] payload) {
        int header = 20 + options.length;
        ByteBuffer packet = ByteBuffer.allocate(header + payload.length);
        packet.put((byte) (0x40 | header / 4)).put((byte) 0).putShort((short) packet.capacity());
        packet.putShort((short) 0x5343)
                .putShort((short) fragment)
                .put((byte) 64)
                .put((byte) protocol);
        packet.putShort((short) 0)
                .put(from.getAddress())
                .put(to.getAddress())
                .put(options)
                .put(payload);
        packet.putShort(10, checksum(packet.array(), 0, header));
        return packet.array();
    }

    /** An IPv6 packet, RFC 8200 §3, with this first extension header or protocol. */
    static byte[] ipv6(int next, InetAddress from, InetAddress to, byte[] payload) {
        return ByteBuffer.allocate(40 + payload.length)
                .putInt(0x6000_0000)
                .putShort((short) payload.length)
                .put((byte) next)
                .put((byte) 64)
                .put(from.getAddress())
                .put(to.getAddress())
                .put(payload)
                .array();
    }

    /** An extension header of eight octets, RFC 8200 §4: hop-by-hop or destination options that pad, or a routing header without segments left. */
    static byte[] extension(int next, byte[] payload) {
        return ByteBuffer.allocate(8 + payload.length)
                .put((byte) next)
                .put((byte) 0)
                .put(new byte[] {1, 4, 0, 0, 0, 0})
                .put(payload)
                .array();
    }

    /** A fragment header, RFC 8200 §4.5. */
    static byte[] fragment(int next, int offset, boolean more, byte[] payload) {
        return ByteBuffer.allocate(8 + payload.length)
                .put((byte) next)
                .put((byte) 0)
                .putShort((short) (offset << 3 | (more ? 1 : 0)))
                .putInt(0x5343_0001)
                .put(payload)
                .array();
    }

    /** A UDP datagram without a checksum (RFC 768), which only IPv4 allows. */
    static byte[] udp(int from, int to, byte[] payload) {
        return ByteBuffer.allocate(8 + payload.length)
                .putShort((short) from)
                .putShort((short) to)
                .putShort((short) (8 + payload.length))
                .putShort((short) 0)
                .put(payload)
                .array();
    }

    /** A TCP segment with its sum, of either family. */
    static byte[] tcp(InetAddress source, InetAddress destination, int from, int to, int flags, byte[] payload) {
        ByteBuffer segment = ByteBuffer.allocate(20 + payload.length);
        segment.putShort((short) from).putShort((short) to).putInt(0x51ce_0001).putInt(0x51ce_0002);
        segment.put((byte) 0x50)
                .put((byte) flags)
                .putShort((short) 1024)
                .putInt(0)
                .put(payload);
        // RFC 9293 §3.1, RFC 8200 §8.1: an order in which both families' pseudo-headers have the same sum.
        byte[] ends = source.getAddress();
        ByteBuffer summed = ByteBuffer.allocate(2 * ends.length + 4 + segment.capacity());
        summed.put(ends).put(destination.getAddress()).putShort((short) 6);
        summed.putShort((short) segment.capacity()).put(segment.array());
        segment.putShort(16, checksum(summed.array(), 0, summed.capacity()));
        return segment.array();
    }

    /** An ARP request, RFC 826, broadcast. */
    static byte[] arpRequest(byte[] ourMac, InetAddress ours, InetAddress whose) {
        ByteBuffer frame = ByteBuffer.allocate(42);
        for (int i = 0; i < 6; i++) {
            frame.put((byte) 0xff);
        }
        frame.put(ourMac).putShort((short) 0x0806);
        frame.putShort((short) 1)
                .putShort((short) 0x0800)
                .put((byte) 6)
                .put((byte) 4)
                .putShort((short) 1);
        frame.put(ourMac).put(ours.getAddress()).put(new byte[6]).put(whose.getAddress());
        return frame.array();
    }

    /** A neighbour solicitation, RFC 4861 §4.3, of a raw ICMPv6 socket. Without the asker's link-layer address a kernel that does not know him yet says nothing. */
    static byte[] neighbourSolicitation(InetAddress whose, byte[] ourMac) {
        return ByteBuffer.allocate(32)
                .put((byte) 135)
                .put((byte) 0)
                .putShort((short) 0)
                .putInt(0)
                .put(whose.getAddress())
                .put(new byte[] {1, 1})
                .put(ourMac)
                .array();
    }

    /**
     * A router advertisement, RFC 4861 §4.2, with a prefix for addresses (§4.6.2), a route (RFC 4191 §2.3), and the attacker for a name server (RFC 8106 §5.1).
     *
     * @param lifetime of the default route in seconds
     */
    static byte[] routerAdvertisement(int lifetime, InetAddress prefix, InetAddress route, int routeLength) {
        ByteBuffer message = ByteBuffer.allocate(16 + 32 + 24 + 24);
        message.put((byte) 134).put((byte) 0).putShort((short) 0);
        message.put((byte) 64)
                .put((byte) 0)
                .putShort((short) lifetime)
                .putInt(0)
                .putInt(0);
        message.put((byte) 3)
                .put((byte) 4)
                .put((byte) 64)
                .put((byte) 0xc0)
                .putInt(120)
                .putInt(60)
                .putInt(0);
        message.put(prefix.getAddress());
        // High preference: RFC 4191 §2.1.
        message.put((byte) 24)
                .put((byte) 3)
                .put((byte) routeLength)
                .put((byte) 0x08)
                .putInt(120);
        message.put(route.getAddress());
        message.put((byte) 25).put((byte) 3).putShort((short) 0).putInt(120);
        message.put(InetAddress.ofLiteral(Places.WAN_ISP6).getAddress());
        return message.array();
    }

    /** A redirect, RFC 4861 §4.5: what is for that destination is to go to the target. */
    static byte[] redirect(InetAddress target, InetAddress destination) {
        return ByteBuffer.allocate(40)
                .put((byte) 137)
                .put(new byte[7])
                .put(target.getAddress())
                .put(destination.getAddress())
                .array();
    }

    /** RFC 1071. */
    static short checksum(byte[] octets, int from, int length) {
        long sum = 0;
        for (int i = 0; i < length; i++) {
            int octet = octets[from + i] & 0xff;
            sum += (i & 1) == 0 ? octet << 8 : octet;
        }
        while (sum >> 16 != 0) {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        return (short) ~sum;
    }
}
