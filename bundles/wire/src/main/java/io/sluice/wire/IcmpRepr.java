package io.sluice.wire;

import java.nio.ByteBuffer;

/**
 * The first eight octets of an ICMP or ICMPv6 message as a value, without checksum.
 *
 * @param type of {@link Icmpv4} or {@link Icmpv6}
 * @param rest identifier and sequence number, MTU, pointer, or 0
 */
public record IcmpRepr(int type, int code, int rest) {

    /** An echo message of the type given. */
    public static IcmpRepr echo(int type, int identifier, int sequence) {
        return new IcmpRepr(type, 0, identifier << 16 | (sequence & 0xffff));
    }

    /** Reads a message that {@link Icmpv4#check} or {@link Icmpv6#check} has accepted. */
    public static IcmpRepr parse(ByteBuffer buf, int at) {
        return new IcmpRepr(Icmp.type(buf, at), Icmp.code(buf, at), Icmp.rest(buf, at));
    }

    /** Writes {@link Icmp#MIN_LENGTH} octets; the checksum is zero. */
    public void emit(ByteBuffer buf, int at) {
        Icmp.write(buf, at, type, code, rest);
    }
}
