package io.sluice.systemstack.engine;

import io.sluice.api.flow.CloseReason;
import io.sluice.netstack.engine.IcmpErrors;
import io.sluice.netstack.engine.MappedAddress;
import io.sluice.wire.IpProtocol;
import io.sluice.wire.Ipv4Header;
import io.sluice.wire.Ipv6Header;
import java.nio.ByteBuffer;

/** What an ICMP error quotes of a SYN: its header was kept, the IP header before it is written anew. */
final class RefusedSyn {

    /** IANA "IP Time to Live Parameter". */
    private static final int HOP_LIMIT = 64;

    private RefusedSyn() {}

    static void unreachable(IcmpErrors icmp, NatSession session, CloseReason reason, long nowNanos) {
        byte[] header = session.syn;
        ByteBuffer packet = ByteBuffer.allocate(Ipv6Header.LENGTH + header.length);
        int at;
        if (session.isV4()) {
            at = Ipv4Header.MIN_LENGTH;
            Ipv4Header.write(
                    packet,
                    0,
                    0,
                    at + header.length,
                    0,
                    Ipv4Header.DONT_FRAGMENT,
                    HOP_LIMIT,
                    IpProtocol.TCP,
                    MappedAddress.v4(session.remoteLow),
                    MappedAddress.v4(session.localLow));
        } else {
            at = Ipv6Header.LENGTH;
            Ipv6Header.write(
                    packet,
                    0,
                    0,
                    0,
                    header.length,
                    IpProtocol.TCP,
                    HOP_LIMIT,
                    session.remoteHigh,
                    session.remoteLow,
                    session.localHigh,
                    session.localLow);
        }
        packet.put(at, header);
        icmp.unreachable(reason, packet, 0, at + header.length, nowNanos);
    }
}
