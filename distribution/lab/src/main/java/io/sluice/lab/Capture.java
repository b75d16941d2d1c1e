package io.sluice.lab;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads a capture (pcap, Ethernet) as it grows, and tells the packets that are outside the allowed set. */
final class Capture {

    private static final int FILE_HEADER = 24;
    private static final int RECORD_HEADER = 16;
    private static final int MAGIC = 0xa1b2c3d4;
    private static final int MOST_OCTETS = 1 << 22;

    private static final int ARP = 0x0806;
    private static final int IPV4 = 0x0800;
    private static final int IPV6 = 0x86dd;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int ICMPV6 = 58;
    private static final Set<Integer> NDP = Set.of(133, 135, 136);
    private static final Set<InetAddress> RELAYS =
            Set.of(InetAddress.ofLiteral(Places.RELAY4), InetAddress.ofLiteral(Places.OTHER_RELAY4));
    private static final InetAddress RELAY6 = InetAddress.ofLiteral(Places.RELAY6);
    private static final InetAddress BOX6 = InetAddress.ofLiteral(Places.WAN_GW6);
    private static final Set<InetAddress> NAME_SERVERS =
            Places.NAME_SERVERS.stream().map(InetAddress::ofLiteral).collect(Collectors.toSet());
    private static final Set<Integer> PROXY_PORTS = Set.of(Places.RELAY_PORT, Places.SECOND_PORT, Places.CLOCKED_PORT);
    private static final InetAddress BOX = InetAddress.ofLiteral(Places.LAN_GW4);
    private static final InetAddress FORGED = InetAddress.ofLiteral(Places.WEB4);
    private static final int TUN_NET4 = InetAddress.ofLiteral(Places.TUN4).hashCode() & ~3;
    private static final long TUN_NET6 =
            ByteBuffer.wrap(InetAddress.ofLiteral(Places.TUN6).getAddress()).getLong();

    private final Path file;
    private long position = FILE_HEADER;

    Capture(Path file) {
        this.file = file;
    }

    /**
     * One packet outside the allowed set.
     *
     * @param what protocol, addresses and ports
     * @param mark the number in the canaries' mark, if there is one in it
     */
    record Sighting(String what, OptionalInt mark) {}

    /** Whether the capture is under way. One in another format would be a silent "nothing seen", so its first word is looked at. */
    boolean begun() throws IOException {
        if (!Files.exists(file) || Files.size(file) < FILE_HEADER) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer word = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder());
            channel.read(word);
            if (word.getInt(0) != MAGIC) {
                throw new IllegalStateException(file + " is no pcap file of this machine's octet order");
            }
        }
        return true;
    }

    List<Sighting> newSightings() throws IOException {
        List<Sighting> sightings = new ArrayList<>();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            while (true) {
                ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(MOST_OCTETS, channel.size() - position));
                while (chunk.hasRemaining() && channel.read(chunk, position + chunk.position()) > 0) {}
                chunk.flip().order(ByteOrder.nativeOrder());
                int taken = 0;
                while (chunk.remaining() - taken >= RECORD_HEADER) {
                    int captured = chunk.getInt(taken + 8);
                    if (chunk.remaining() - taken - RECORD_HEADER < captured) {
                        break;
                    }
                    byte[] frame = new byte[captured];
                    chunk.get(taken + RECORD_HEADER, frame);
                    outside(frame).ifPresent(sightings::add);
                    taken += RECORD_HEADER + captured;
                }
                position += taken;
                if (taken == 0) {
                    return sightings;
                }
            }
        }
    }

    static Optional<Sighting> outside(byte[] frame) {
        ByteBuffer packet = ByteBuffer.wrap(frame);
        if (packet.capacity() < 34) {
            return Optional.of(new Sighting("short frame of " + packet.capacity() + " octets", OptionalInt.empty()));
        }
        OptionalInt canary = Packets.markIn(frame);
        return switch (packet.getShort(12) & 0xffff) {
            case ARP -> arp(packet);
            case IPV4 -> ipv4(frame, canary);
            case IPV6 -> ipv6(frame, canary);
            default -> Optional.of(new Sighting("ethertype 0x%04x".formatted(packet.getShort(12)), canary));
        };
    }

    /** ARP may be, but for one that tells that an address of the tunnel's is here. */
    private static Optional<Sighting> arp(ByteBuffer packet) {
        return (packet.getInt(28) & ~3) == TUN_NET4
                ? Optional.of(new Sighting("ARP of " + address(packet, 28, 4).getHostAddress(), OptionalInt.empty()))
                : Optional.empty();
    }

    private static Optional<Sighting> ipv4(byte[] octets, OptionalInt canary) {
        ByteBuffer packet = ByteBuffer.wrap(octets);
        int header = (packet.get(14) & 0xf) * 4;
        int protocol = packet.get(23) & 0xff;
        InetAddress from = address(packet, 26, 4);
        InetAddress to = address(packet, 30, 4);
        boolean fragment = (packet.getShort(20) & 0x1fff) != 0;
        boolean ports = (protocol == TCP || protocol == UDP) && !fragment && packet.capacity() >= 14 + header + 4;
        int source = ports ? packet.getShort(14 + header) & 0xffff : -1;
        int destination = ports ? packet.getShort(14 + header + 2) & 0xffff : -1;
        if (source >= Places.STRANGERS_PORTS) {
            return Optional.of(sighting(protocol, from, source, to, destination, canary));
        }
        boolean fromBox = (from.getAddress()[0] == 45 && from.getAddress()[1] == 80) || from.equals(BOX);
        if (fromBox && ports && protocol == TCP && destination == Places.RELAY_PORT && to.equals(FORGED)) {
            return Optional.empty();
        }
        boolean named = NAME_SERVERS.contains(to) && ports && destination == 53;
        if (fromBox && named && canary.isEmpty() && Lookup.isForTheProxy(octets, protocol, 14 + header)) {
            return Optional.empty();
        }
        if (fromBox && RELAYS.contains(to) && ports && isProxied(octets, protocol, 14 + header, destination)) {
            return Optional.empty();
        }
        if (protocol == UDP && source == 68 && destination == 67) {
            return Optional.empty();
        }
        return Optional.of(sighting(protocol, from, source, to, destination, canary));
    }

    /** A stream to one of the proxy's ports, or a datagram of an association: one that begins with the mark has no SOCKS header around it. */
    private static boolean isProxied(byte[] octets, int protocol, int transport, int destination) {
        return protocol == TCP
                ? PROXY_PORTS.contains(destination)
                : destination >= 10_000 && Packets.markAt(octets, transport + 8).isEmpty();
    }

    private static Optional<Sighting> ipv6(byte[] octets, OptionalInt canary) {
        ByteBuffer packet = ByteBuffer.wrap(octets);
        if (packet.capacity() < 58) {
            return Optional.of(new Sighting("short IPv6 packet", canary));
        }
        int protocol = packet.get(20) & 0xff;
        InetAddress from = address(packet, 22, 16);
        InetAddress to = address(packet, 38, 16);
        boolean ports = protocol == TCP || protocol == UDP;
        int source = ports ? packet.getShort(54) & 0xffff : -1;
        int destination = ports ? packet.getShort(56) & 0xffff : -1;
        if (protocol == ICMPV6) {
            int type = packet.get(54) & 0xff;
            boolean target = packet.capacity() >= 78 && type == 136 && packet.getLong(62) == TUN_NET6;
            if (NDP.contains(type) && packet.get(21) == (byte) 255 && !target) {
                return Optional.empty();
            }
            return Optional.of(sighting(protocol, from, type, to, -1, canary));
        }
        boolean toProxy = from.equals(BOX6) && to.equals(RELAY6) && ports && source < Places.STRANGERS_PORTS;
        if (toProxy && isProxied(octets, protocol, 54, destination)) {
            return Optional.empty();
        }
        if (protocol == UDP && source == 546 && destination == 547 && from.isLinkLocalAddress()) {
            return Optional.empty();
        }
        return Optional.of(sighting(protocol, from, source, to, destination, canary));
    }

    private static Sighting sighting(
            int protocol, InetAddress from, int source, InetAddress to, int destination, OptionalInt canary) {
        String name = switch (protocol) {
            case TCP -> "TCP";
            case UDP -> "UDP";
            case 1 -> "ICMP";
            case ICMPV6 -> "ICMPv6 type " + source;
            default -> "protocol " + protocol;
        };
        boolean ports = destination >= 0;
        return new Sighting(
                name + " " + from.getHostAddress() + (ports ? "." + source : "") + " > " + to.getHostAddress()
                        + (ports ? "." + destination : ""),
                canary);
    }

    private static InetAddress address(ByteBuffer packet, int at, int length) {
        byte[] octets = new byte[length];
        packet.get(at, octets);
        try {
            return InetAddress.getByAddress(octets);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
