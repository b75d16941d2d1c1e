package io.sluice.netstack.engine.ip;

import io.sluice.api.flow.CloseReason;
import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.IncomingPacket;
import io.sluice.netstack.engine.StackEngine;
import io.sluice.netstack.engine.TransportInput;
import io.sluice.wire.IpProtocol;
import io.sluice.wire.Ipv4Header;

/** Takes the packets that no protocol takes: fragments, refused IPv6 headers, unknown protocols. */
public final class SlowPath implements TransportInput {

    private final StackEngine engine;
    private final IpErrors errors;
    private final Reassembler reassembler;

    public SlowPath(StackEngine engine, IpErrors errors) {
        this.engine = engine;
        this.errors = errors;
        this.reassembler = new Reassembler(engine, errors);
    }

    @Override
    public void input(IncomingPacket packet) {
        if (packet.protocol == StackEngine.REFUSED_CHAIN) {
            errors.parameterProblem(
                    packet.chain.answerCode(),
                    packet.chain.answerPointer(),
                    packet.nio,
                    packet.at,
                    packet.length,
                    packet.nowNanos);
        } else if (packet.protocol == StackEngine.FRAGMENT
                && (packet.v6 || Ipv4Header.isFragment(packet.nio, packet.at))) {
            reassembler.input(packet); // over IPv4, 44 is a protocol like any other
        } else {
            unknown(packet);
        }
    }

    private void unknown(IncomingPacket packet) {
        engine.counters().count(Counter.IP_UNKNOWN_PROTOCOL);
        if (packet.protocol == IpProtocol.NO_NEXT_HEADER && packet.v6) {
            return; // RFC 8200 §4.7: nothing follows, which is no error
        }
        int namedAt = packet.v6 ? packet.chain.protocolNamedAt() : Ipv4Header.PROTOCOL;
        errors.unknownProtocol(namedAt, packet.nio, packet.at, packet.length, packet.nowNanos);
    }

    @Override
    public void detach(CloseReason reason, long nowNanos) {
        reassembler.release();
    }
}
