package io.sluice.netstack.engine.tcp;

import io.sluice.netstack.engine.Endpoint;
import io.sluice.netstack.engine.IncomingPacket;

/**
 * Initial sequence numbers: RFC 6528 §3. ISN = M + F(5-tuple, key), M a clock of 4 µs, F = SipHash-2-4 with a key that lives as long as the
 * engine. The timestamp offset of a connection comes from the same function (RFC 7323 §7.1), so that it does not tell the uptime.
 */
final class Isn {

    /** SipHash: the length of the message closes it. */
    private static final long CLOSING = 40L << 56;

    private final long key0;
    private final long key1;

    Isn(long key0, long key1) {
        this.key0 = key0;
        this.key1 = key1;
    }

    int next(Endpoint endpoint, long nowNanos) {
        return (int) (nowNanos / 4_000) + (int) hash(endpoint);
    }

    int timestampOffset(Endpoint endpoint) {
        return (int) (hash(endpoint) >>> 32);
    }

    /** The same offset before there is an endpoint. */
    int timestampOffset(IncomingPacket from, int ports) {
        return (int) (hash(from.sourceHigh, from.sourceLow, from.destinationHigh, from.destinationLow, ports, CLOSING)
                >>> 32);
    }

    private long hash(Endpoint e) {
        return hash(e.remoteHigh, e.remoteLow, e.localHigh, e.localLow, e.ports, CLOSING);
    }

    /** SipHash-2-4 of a 5-tuple and a last word of the caller's. */
    long hash(long remoteHigh, long remoteLow, long localHigh, long localLow, int ports, long last) {
        long v0 = key0 ^ 0x736f6d6570736575L;
        long v1 = key1 ^ 0x646f72616e646f6dL;
        long v2 = key0 ^ 0x6c7967656e657261L;
        long v3 = key1 ^ 0x7465646279746573L;
        for (int i = 0; i < 6; i++) {
            long word = switch (i) {
                case 0 -> remoteHigh;
                case 1 -> remoteLow;
                case 2 -> localHigh;
                case 3 -> localLow;
                case 4 -> ports & 0xffff_ffffL;
                default -> last;
            };
            v3 ^= word;
            for (int round = 0; round < 2; round++) {
                v0 += v1;
                v1 = Long.rotateLeft(v1, 13) ^ v0;
                v0 = Long.rotateLeft(v0, 32);
                v2 += v3;
                v3 = Long.rotateLeft(v3, 16) ^ v2;
                v0 += v3;
                v3 = Long.rotateLeft(v3, 21) ^ v0;
                v2 += v1;
                v1 = Long.rotateLeft(v1, 17) ^ v2;
                v2 = Long.rotateLeft(v2, 32);
            }
            v0 ^= word;
        }
        v2 ^= 0xff;
        for (int round = 0; round < 4; round++) {
            v0 += v1;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v3;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 += v3;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 += v1;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }
}
