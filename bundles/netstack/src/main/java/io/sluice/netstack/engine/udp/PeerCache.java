package io.sluice.netstack.engine.udp;

import java.net.InetSocketAddress;

/**
 * Keeps address objects, so that a datagram of a conversation under way allocates none. Direct-mapped: what collides is made anew, which
 * costs an allocation and nothing else. One a layer: a session adds but the peers it used last.
 */
final class PeerCache {

    /** Ours: the destinations of a busy LAN at one time; 8 KiB of references a direction. */
    private static final int BITS = 10;
    /** 2^32 divided by the golden ratio (Knuth 6.4, multiplicative hashing). */
    private static final int SPREAD = 0x9e37_79b9;

    private final Peer[] byWire = new Peer[1 << BITS];
    private final Peer[] byAddress = new Peer[1 << BITS];

    Peer of(long high, long low, int port) {
        int slot = slot(Long.hashCode(high * 31 + low) + port);
        Peer peer = byWire[slot];
        if (peer == null || !peer.is(high, low, port)) {
            peer = Peer.of(high, low, port);
            byWire[slot] = peer;
        }
        return peer;
    }

    /** The peer, or null for a name without address: no packet can come from one. */
    Peer of(InetSocketAddress address) {
        int slot = slot(address.hashCode());
        Peer peer = byAddress[slot];
        if (peer == null || !peer.address().equals(address)) {
            if (address.isUnresolved()) {
                return null;
            }
            peer = Peer.of(address);
            byAddress[slot] = peer;
        }
        return peer;
    }

    private static int slot(int hash) {
        return hash * SPREAD >>> 32 - BITS;
    }
}
