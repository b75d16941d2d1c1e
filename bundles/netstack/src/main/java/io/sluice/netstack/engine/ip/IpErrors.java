package io.sluice.netstack.engine.ip;

import io.sluice.netstack.engine.IcmpErrors;
import java.nio.ByteBuffer;

/** Sends the ICMP errors that IP itself owes, rate-limited. The offending packet is borrowed; its IP header is at {@code at}. */
public interface IpErrors extends IcmpErrors {

    /**
     * Nobody here speaks the packet's protocol: RFC 1122 §3.2.2.1, RFC 8200 §4.
     *
     * @param namedAt where the packet names it, counted from its IP header; IPv6 tells the sender
     */
    void unknownProtocol(int namedAt, ByteBuffer offending, int at, int available, long nowNanos);

    /** An IPv6 packet that {@code Ipv6Chain} refuses: RFC 8200 §4, §4.2. */
    void parameterProblem(int code, int pointer, ByteBuffer offending, int at, int available, long nowNanos);

    /** The packet would have to be passed on with hop limit 0: RFC 1812 §5.3.1, RFC 8200 §3. */
    void hopLimitExceeded(ByteBuffer offending, int at, int available, long nowNanos);

    /** Fragments are missing; this is the first: RFC 1122 §3.3.2, RFC 8200 §4.5. */
    void reassemblyTimeExceeded(ByteBuffer offending, int at, int available, long nowNanos);
}
