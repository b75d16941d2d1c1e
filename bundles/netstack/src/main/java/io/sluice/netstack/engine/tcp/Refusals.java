package io.sluice.netstack.engine.tcp;

import io.sluice.api.flow.CloseReason;
import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.IcmpErrors;
import io.sluice.netstack.engine.MappedAddress;
import io.sluice.wire.IpProtocol;
import io.sluice.wire.Ipv4Header;
import io.sluice.wire.Ipv6Header;
import io.sluice.wire.TcpHeader;
import java.nio.ByteBuffer;

/** Refuses offers as the reason means it: RST, ICMP unreachable, or silence. */
final class Refusals {

    private final TcpLayer layer;
    private final IcmpErrors icmp;

    Refusals(TcpLayer layer, IcmpErrors icmp) {
        this.layer = layer;
        this.icmp = icmp;
    }

    void refuse(HalfOpen offer, CloseReason reason, long nowNanos) {
        switch (reason) {
            // A drop rule and a loop of our own packets are answered by nothing at all.
            case POLICY_DROPPED, LOOP -> layer.counters().count(Counter.TCP_OFFERS_DROPPED);
            case UNREACHABLE, EGRESS_UNAVAILABLE -> {
                layer.counters().count(Counter.TCP_OFFERS_REJECTED);
                if (offer.isProven()) {
                    layer.output().refuse(offer); // RFC 1122 §4.2.3.9: it would not believe an ICMP error any more
                } else {
                    unreachable(offer, reason, nowNanos);
                }
            }
            default -> {
                layer.counters().count(Counter.TCP_OFFERS_REJECTED);
                layer.output().refuse(offer);
            }
        }
    }

    /** The SYN is gone; what an ICMP error quotes of it (header and 8 octets) is written anew. */
    private void unreachable(HalfOpen offer, CloseReason reason, long nowNanos) {
        ByteBuffer syn = ByteBuffer.allocate(Ipv6Header.LENGTH + TcpHeader.MIN_LENGTH);
        int at;
        if (offer.isV4()) {
            at = Ipv4Header.MIN_LENGTH;
            int source = MappedAddress.v4(offer.remoteLow);
            int destination = MappedAddress.v4(offer.localLow);
            Ipv4Header.write(
                    syn,
                    0,
                    offer.trafficClass,
                    40,
                    0,
                    Ipv4Header.DONT_FRAGMENT,
                    64,
                    IpProtocol.TCP,
                    source,
                    destination);
        } else {
            at = Ipv6Header.LENGTH;
            Ipv6Header.write(
                    syn,
                    0,
                    offer.trafficClass,
                    0,
                    TcpHeader.MIN_LENGTH,
                    IpProtocol.TCP,
                    64,
                    offer.remoteHigh,
                    offer.remoteLow,
                    offer.localHigh,
                    offer.localLow);
        }
        TcpHeader.write(
                syn,
                at,
                offer.remotePort(),
                offer.localPort(),
                offer.initialReceiveSequence,
                0,
                TcpHeader.MIN_LENGTH,
                TcpHeader.SYN,
                offer.peerWindow);
        icmp.unreachable(reason, syn, 0, at + TcpHeader.MIN_LENGTH, nowNanos);
    }
}
