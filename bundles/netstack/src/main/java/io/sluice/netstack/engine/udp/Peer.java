package io.sluice.netstack.engine.udp;

import io.sluice.netstack.engine.MappedAddress;
import io.sluice.wire.Ip4Address;
import io.sluice.wire.Ip6Address;
import io.sluice.wire.IpAddress;
import java.net.InetSocketAddress;

/** A far host in both forms: as the packets name it and as users do. */
record Peer(long high, long low, int port, InetSocketAddress address) {

    static Peer of(long high, long low, int port) {
        return new Peer(high, low, port, MappedAddress.socketAddress(high, low, port));
    }

    /** The address is resolved. */
    static Peer of(InetSocketAddress address) {
        return switch (IpAddress.of(address.getAddress())) {
            case Ip4Address four -> new Peer(0, MappedAddress.low(four.bits()), address.getPort(), address);
            case Ip6Address six -> new Peer(six.high(), six.low(), address.getPort(), address);
        };
    }

    boolean is(long otherHigh, long otherLow, int otherPort) {
        return low == otherLow && port == otherPort && high == otherHigh;
    }

    boolean isV4() {
        return MappedAddress.isV4(high, low);
    }
}
