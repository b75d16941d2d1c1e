package io.sluice.netstack.engine;

import io.sluice.wire.Ip4Address;
import io.sluice.wire.Ip6Address;

/** Tells packets with addresses that no packet between two hosts has: RFC 1812 §5.3.7, RFC 6890. */
final class Martians {

    /** 240.0.0.0/4: reserved, RFC 1112 §4. */
    private static final int CLASS_E = 0xf;

    private Martians() {}

    /** The reason to drop the packet, or null. */
    static Counter judge(IncomingPacket packet) {
        if (packet.v6) {
            return judge6(packet);
        }
        int source = MappedAddress.v4(packet.sourceLow);
        int destination = MappedAddress.v4(packet.destinationLow);
        // "This host on this network" and loopback; multicast and broadcast sources are refused with the header
        // already.
        if (source >>> 24 == 0 || source >>> 28 == CLASS_E || Ip4Address.isLoopback(source)) {
            return Counter.IP_MARTIAN_SOURCE;
        }
        if (Ip4Address.isMulticast(destination) || Ip4Address.isBroadcast(destination)) {
            return Counter.IP_MULTICAST_DESTINATION;
        }
        return destination >>> 24 == 0 || destination >>> 28 == CLASS_E || Ip4Address.isLoopback(destination)
                ? Counter.IP_MARTIAN_DESTINATION
                : null;
    }

    private static Counter judge6(IncomingPacket packet) {
        long source = packet.sourceHigh;
        if (source == 0
                && (Ip6Address.isUnspecified(source, packet.sourceLow)
                        || Ip6Address.isLoopback(source, packet.sourceLow))) {
            return Counter.IP_MARTIAN_SOURCE;
        }
        long destination = packet.destinationHigh;
        if (Ip6Address.isMulticast(destination)) {
            // RFC 4443 §2.4(e.3): an unknown option that asks for an answer gets one even so.
            return packet.protocol == StackEngine.REFUSED_CHAIN ? null : Counter.IP_MULTICAST_DESTINATION;
        }
        return destination == 0
                        && (Ip6Address.isUnspecified(destination, packet.destinationLow)
                                || Ip6Address.isLoopback(destination, packet.destinationLow))
                ? Counter.IP_MARTIAN_DESTINATION
                : null;
    }
}
