package io.sluice.netstack.engine.icmp;

import io.netty.buffer.ByteBuf;
import io.sluice.api.flow.CloseReason;
import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.LocalAddresses;
import io.sluice.netstack.engine.MappedAddress;
import io.sluice.netstack.engine.StackEngine;
import io.sluice.netstack.engine.ip.IpErrors;
import io.sluice.wire.Icmpv4;
import io.sluice.wire.Icmpv4Error;
import io.sluice.wire.Icmpv6;
import io.sluice.wire.Icmpv6Error;
import io.sluice.wire.IpProtocol;
import io.sluice.wire.IpVersion;
import io.sluice.wire.Ipv4Header;
import io.sluice.wire.Ipv6Chain;
import io.sluice.wire.Ipv6Header;
import java.nio.ByteBuffer;

/**
 * Sends ICMP errors: never about what RFC 1122 §3.2.2 and RFC 4443 §2.4(e) except, never more than {@link ErrorRate} allows.
 *
 * <p>What the far host would say itself (port or protocol unreachable) comes from the far host's address, as the stack stands in for it. What
 * a router says comes from the gateway's far end of the link, or from the destination where the gateway has none.
 */
public final class IcmpErrorSender implements IpErrors {

    /** No code: nothing is said. */
    private static final int SILENT = -1;

    private final StackEngine engine;
    private final LocalAddresses own;
    private final ErrorRate rate;
    private final Ipv6Chain chain = new Ipv6Chain();
    private final ByteBuf buffer;
    private final ByteBuffer nio;

    public IcmpErrorSender(StackEngine engine, LocalAddresses own) {
        this.engine = engine;
        this.own = own;
        this.rate = new ErrorRate(engine.nowNanos());
        this.buffer = engine.setup().allocator().directBuffer(Icmpv6Error.MAX_LENGTH, Icmpv6Error.MAX_LENGTH);
        this.nio = buffer.nioBuffer(0, Icmpv6Error.MAX_LENGTH);
    }

    /** Gives the buffer back; nothing may be sent afterwards. */
    public void release() {
        buffer.release();
    }

    @Override
    public void unreachable(CloseReason reason, ByteBuffer offending, int at, int available, long nowNanos) {
        if (IpVersion.of(offending, at) == IpVersion.V6) {
            chain.walk(offending, at);
            int code = code6(reason, chain.protocol());
            if (code == SILENT) {
                engine.counters().count(Counter.ICMP_ERRORS_SUPPRESSED);
            } else {
                boolean router = code != Icmpv6.PORT_UNREACHABLE;
                send6(Icmpv6.UNREACHABLE, code, 0, router, offending, at, available, nowNanos);
            }
        } else {
            int code = code4(reason, Ipv4Header.protocol(offending, at));
            if (code == SILENT) {
                engine.counters().count(Counter.ICMP_ERRORS_SUPPRESSED);
            } else {
                boolean router = code != Icmpv4.PORT_UNREACHABLE;
                send4(Icmpv4.UNREACHABLE, code, router, offending, at, available, nowNanos);
            }
        }
    }

    /** RFC 1812 §5.2.7.1. */
    private static int code4(CloseReason reason, int protocol) {
        return switch (reason) {
            case POLICY_DROPPED, LOOP -> SILENT;
            case POLICY_REJECTED, POLICY_ABSENT, OUTBOUND_ABSENT -> Icmpv4.ADMINISTRATIVELY_PROHIBITED;
            case CONNECT_TIMEOUT,
                    UNREACHABLE,
                    RESOLVE_FAILED,
                    PROXY_AUTH_FAILED,
                    PROXY_FAILED,
                    TLS_FAILED,
                    EGRESS_UNAVAILABLE -> Icmpv4.HOST_UNREACHABLE;
            default -> protocol == IpProtocol.ICMPV4 ? Icmpv4.HOST_UNREACHABLE : Icmpv4.PORT_UNREACHABLE;
        };
    }

    /** RFC 4443 §3.1. */
    private static int code6(CloseReason reason, int protocol) {
        return switch (reason) {
            case POLICY_DROPPED, LOOP -> SILENT;
            case POLICY_REJECTED, POLICY_ABSENT, OUTBOUND_ABSENT -> Icmpv6.ADMINISTRATIVELY_PROHIBITED;
            case CONNECT_TIMEOUT,
                    UNREACHABLE,
                    RESOLVE_FAILED,
                    PROXY_AUTH_FAILED,
                    PROXY_FAILED,
                    TLS_FAILED,
                    EGRESS_UNAVAILABLE -> Icmpv6.ADDRESS_UNREACHABLE;
            default -> protocol == IpProtocol.ICMPV6 ? Icmpv6.ADDRESS_UNREACHABLE : Icmpv6.PORT_UNREACHABLE;
        };
    }

    @Override
    public void unknownProtocol(int namedAt, ByteBuffer offending, int at, int available, long nowNanos) {
        if (IpVersion.of(offending, at) == IpVersion.V6) {
            chain.walk(offending, at);
            send6(
                    Icmpv6.PARAMETER_PROBLEM,
                    Icmpv6.UNRECOGNIZED_NEXT_HEADER,
                    namedAt,
                    false,
                    offending,
                    at,
                    available,
                    nowNanos);
        } else {
            send4(Icmpv4.UNREACHABLE, Icmpv4.PROTOCOL_UNREACHABLE, false, offending, at, available, nowNanos);
        }
    }

    @Override
    public void parameterProblem(int code, int pointer, ByteBuffer offending, int at, int available, long nowNanos) {
        chain.walk(offending, at);
        send6(Icmpv6.PARAMETER_PROBLEM, code, pointer, true, offending, at, available, nowNanos);
    }

    @Override
    public void hopLimitExceeded(ByteBuffer offending, int at, int available, long nowNanos) {
        engine.counters().count(Counter.IP_HOP_LIMIT_EXCEEDED);
        timeExceeded(Icmpv4.TTL_EXCEEDED, Icmpv6.HOP_LIMIT_EXCEEDED, true, offending, at, available, nowNanos);
    }

    @Override
    public void reassemblyTimeExceeded(ByteBuffer offending, int at, int available, long nowNanos) {
        timeExceeded(
                Icmpv4.REASSEMBLY_TIME_EXCEEDED,
                Icmpv6.REASSEMBLY_TIME_EXCEEDED,
                false,
                offending,
                at,
                available,
                nowNanos);
    }

    private void timeExceeded(
            int code4, int code6, boolean router, ByteBuffer offending, int at, int available, long nowNanos) {
        if (IpVersion.of(offending, at) == IpVersion.V6) {
            chain.walk(offending, at);
            send6(Icmpv6.TIME_EXCEEDED, code6, 0, router, offending, at, available, nowNanos);
        } else {
            send4(Icmpv4.TIME_EXCEEDED, code4, router, offending, at, available, nowNanos);
        }
    }

    private void send4(int type, int code, boolean router, ByteBuffer offending, int at, int available, long nowNanos) {
        if (!Icmpv4Error.mayAnswer(offending, at) || !rate.take(nowNanos)) {
            engine.counters().count(Counter.ICMP_ERRORS_SUPPRESSED);
            return;
        }
        int speaker = router ? own.speaker(false) : -1;
        int source = speaker >= 0 ? MappedAddress.v4(own.speakerLow(speaker)) : Ipv4Header.destination(offending, at);
        int identification = engine.output().nextIdentification();
        send(Icmpv4Error.write(nio, 0, type, code, 0, source, identification, offending, at, available));
    }

    /** The chain of the packet was walked. */
    private void send6(
            int type, int code, int rest, boolean router, ByteBuffer offending, int at, int available, long nowNanos) {
        if (!Icmpv6Error.mayAnswer(offending, at, chain, type, code) || !rate.take(nowNanos)) {
            engine.counters().count(Counter.ICMP_ERRORS_SUPPRESSED);
            return;
        }
        // RFC 4443 §2.2: about a packet to a multicast address the source is one of ours; without one we have nothing
        // to say it from.
        boolean multicast = Ipv6Header.destinationHigh(offending, at) >>> 56 == 0xff;
        int speaker = router || multicast ? own.speaker(true) : -1;
        if (speaker < 0 && multicast) {
            engine.counters().count(Counter.ICMP_ERRORS_SUPPRESSED);
            return;
        }
        long high = speaker >= 0 ? own.speakerHigh(speaker) : Ipv6Header.destinationHigh(offending, at);
        long low = speaker >= 0 ? own.speakerLow(speaker) : Ipv6Header.destinationLow(offending, at);
        send(Icmpv6Error.write(nio, 0, type, code, rest, high, low, offending, at, available));
    }

    private void send(int length) {
        buffer.setIndex(0, length);
        if (engine.output().sendWhole(buffer)) {
            engine.counters().count(Counter.ICMP_ERRORS_SENT);
        }
    }
}
