package io.sluice.killswitch.spi;

import io.sluice.api.net.IpPrefix;
import java.util.Objects;

/** A condition on a packet. */
public sealed interface Match {

    /** Protocol numbers (IANA, protocol-numbers). */
    int ICMP = 1;

    int TCP = 6;
    int UDP = 17;
    int ICMPV6 = 58;

    /** The interface by which it arrived. */
    record ArrivedBy(String device, boolean not) implements Match {
        public ArrivedBy {
            Objects.requireNonNull(device, "device");
        }
    }

    /** The interface by which it is to leave. */
    record LeavesBy(String device, boolean not) implements Match {
        public LeavesBy {
            Objects.requireNonNull(device, "device");
        }
    }

    /** Its mark is this. */
    record Marked(int mark) implements Match {}

    /** Its mark has this bit. */
    record HasMarkBit(int bit) implements Match {}

    /** It is for a socket with this mark. */
    record ForSocketMarked(int mark) implements Match {}

    record Family(boolean ipv6) implements Match {}

    /** Neither IPv4 nor IPv6; only in a guard, other hooks never see such. */
    record NotIp() implements Match {}

    record From(IpPrefix prefix) implements Match {
        public From {
            Objects.requireNonNull(prefix, "prefix");
        }
    }

    record To(IpPrefix prefix) implements Match {
        public To {
            Objects.requireNonNull(prefix, "prefix");
        }
    }

    /** The protocol of its payload. */
    record Protocol(int number) implements Match {}

    /** The source port of a TCP segment or UDP datagram. */
    record FromPort(int protocol, int port) implements Match {}

    /** The destination port of a TCP segment or UDP datagram. */
    record ToPort(int protocol, int port) implements Match {}

    /** An ICMP message of this type ({@link #ICMP} or {@link #ICMPV6}). */
    record IcmpType(int protocol, int type) implements Match {}

    /** An ICMPv6 message with code 0. */
    record IcmpCodeZero(int protocol) implements Match {}

    /** A TCP segment that opens a connection: SYN without ACK, RST or FIN (RFC 9293 §3.5). */
    record TcpOpening() implements Match {}

    /**
     * A TCP segment that refuses an opening: RST and ACK, with the sequence number 0 (RFC 9293 §3.10.7.1). A socket that had a connection and gives it up
     * sends none such.
     */
    record TcpRefusal() implements Match {}

    /** It belongs to a connection that both sides have spoken in, or is an ICMP error about one. */
    record Established() implements Match {}

    /** It goes against the direction in which the connection was opened. */
    record Reply() implements Match {}

    /** The connection's destination was changed by this host: it is redirected. */
    record Redirected() implements Match {}
}
