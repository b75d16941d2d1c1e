package io.sluice.outbound.loopback.engine;

import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.ConnectException.Blame;
import io.sluice.api.outbound.OpenRequest;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * Hands flows back to the flow room under another inbound's name. Each carries how often that has happened to it, so a circle of rules ends as a
 * refusal after {@link FlowSource#MAX_TURNS} turns. Any thread; opening is on the request's loop.
 */
public final class Turns {

    private final String tag;
    private final String inboundTag;
    private final LongAdder streams = new LongAdder();
    private final LongAdder associations = new LongAdder();
    private final LongAdder circles = new LongAdder();
    private volatile FlowAcceptor room;

    /**
     * @param tag the outbound's
     * @param inboundTag where flows come from henceforth
     */
    public Turns(String tag, String inboundTag) {
        this.tag = tag;
        this.inboundTag = inboundTag;
    }

    /** From now on flows go there. */
    public synchronized void room(FlowAcceptor arrived) {
        room = arrived;
    }

    /** No further flow goes there. */
    public synchronized void leave(FlowAcceptor gone) {
        if (room == gone) {
            room = null;
        }
    }

    /** As {@link io.sluice.api.outbound.Outbound#openStream}. */
    public Future<ByteStream> openStream(OpenRequest request) {
        FlowAcceptor taker = room;
        ConnectException refusal = refusal(taker, request);
        if (refusal != null) {
            return request.eventLoop().newFailedFuture(refusal);
        }
        streams.increment();
        StreamTurn turn = new StreamTurn(turned(request, Network.TCP), request.eventLoop(), this);
        taker.stream(turn);
        return turn.result();
    }

    /** As {@link io.sluice.api.outbound.Outbound#openDatagrams}. */
    public Future<DatagramPort> openDatagrams(OpenRequest request) {
        FlowAcceptor taker = room;
        ConnectException refusal = refusal(taker, request);
        if (refusal != null) {
            return request.eventLoop().newFailedFuture(refusal);
        }
        associations.increment();
        Promise<DatagramPort> result = request.eventLoop().newPromise();
        taker.datagrams(new DatagramTurn(turned(request, Network.UDP), request.eventLoop(), result, this));
        return result;
    }

    private ConnectException refusal(FlowAcceptor taker, OpenRequest request) {
        if (taker == null) {
            return new ConnectException(
                    CloseReason.OUTBOUND_ABSENT, "the outbound '" + tag + "' knows no flow room to hand flows back to");
        }
        if (request.source().turns() < FlowSource.MAX_TURNS) {
            return null;
        }
        circles.increment();
        return new ConnectException(
                CloseReason.LOOP,
                "the outbound '" + tag + "' takes no flow that has made " + FlowSource.MAX_TURNS
                        + " turns, nor an outbound's own connection: a rule for inboundTag '" + inboundTag
                        + "' leads back to it");
    }

    private FlowSource turned(OpenRequest request, Network network) {
        return request.source().turned(network, inboundTag, request.destination());
    }

    /** What the first flow is told when the second was refused: by a rule, on the way, or by the destination. */
    ConnectException refused(CloseReason reason) {
        return new ConnectException(
                        reason, "as a flow of inbound '" + inboundTag + "' it was refused: " + reason.sentence())
                .blaming(Blame.UNKNOWN);
    }

    /** Totals, by name. */
    public Map<String, Long> counters() {
        return Map.of(
                "streamsTurned", streams.sum(), "associationsTurned", associations.sum(), "circles", circles.sum());
    }
}
