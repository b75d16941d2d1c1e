package io.sluice.wire;

import java.nio.ByteBuffer;

/**
 * An IPv4 header as a value. Options are not part of it: they are skipped when read, and this appliance sends none.
 *
 * @param tos 0..255
 * @param identification 0..65535
 * @param flagsAndOffset as in {@link Ipv4Header#flagsAndOffset}
 * @param ttl 0..255
 * @param protocol of {@link IpProtocol}
 */
public record Ipv4Repr(
        Ip4Address source,
        Ip4Address destination,
        int tos,
        int identification,
        int flagsAndOffset,
        int ttl,
        int protocol) {

    /** An unfragmented packet with the defaults of a host: TTL 64, "don't fragment", no special service. */
    public static Ipv4Repr of(Ip4Address source, Ip4Address destination, int protocol) {
        return new Ipv4Repr(source, destination, 0, 0, Ipv4Header.DONT_FRAGMENT, Icmpv4Error.TTL, protocol);
    }

    /** Reads a header that {@link Ipv4Header#check} has accepted. */
    public static Ipv4Repr parse(ByteBuffer buf, int at) {
        return new Ipv4Repr(
                new Ip4Address(Ipv4Header.source(buf, at)),
                new Ip4Address(Ipv4Header.destination(buf, at)),
                Ipv4Header.tos(buf, at),
                Ipv4Header.identification(buf, at),
                Ipv4Header.flagsAndOffset(buf, at),
                Ipv4Header.ttl(buf, at),
                Ipv4Header.protocol(buf, at));
    }

    /** Writes {@link Ipv4Header#MIN_LENGTH} octets for a payload of {@code payloadLength} octets. */
    public void emit(ByteBuffer buf, int at, int payloadLength) {
        Ipv4Header.write(
                buf,
                at,
                tos,
                Ipv4Header.MIN_LENGTH + payloadLength,
                identification,
                flagsAndOffset,
                ttl,
                protocol,
                source.bits(),
                destination.bits());
    }
}
