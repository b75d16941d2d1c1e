package io.sluice.proxyserver.keyed;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.ScheduledFuture;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowSource;
import io.sluice.proxycodec.DatagramFraming;
import io.sluice.proxycodec.FramedDatagram;
import io.sluice.proxycodec.MalformedMessageException;
import io.sluice.proxyserver.Door;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A connection that is one association: each ends with the other. One that never has a datagram ends after {@link #IDLE}. */
final class StreamAssociation extends FrameReader {

    /** As long as a connection may take until its request is whole. */
    private static final Duration IDLE = KeyedDoor.HANDSHAKE_LIMIT;

    private final DatagramFraming framing;
    private final FramedAssociation association;
    private final ScheduledFuture<?> idle;

    StreamAssociation(
            Door door, ByteStream stream, DatagramFraming framing, Function<InetSocketAddress, FlowSource> source) {
        super(door, stream);
        this.framing = framing;
        this.association = new FramedAssociation(door, stream.channel(), framing, source, this::end);
        this.idle = stream.channel()
                .eventLoop()
                .schedule(() -> end(CloseReason.IDLE), IDLE.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    void take(ByteBuf in) throws MalformedMessageException {
        for (FramedDatagram next = framing.read(in); next != null; next = isOver() ? null : framing.read(in)) {
            idle.cancel(false);
            association.arrived(next.payload(), next.peer());
        }
    }

    @Override
    void complete() {
        association.batchComplete();
    }

    @Override
    void ended(CloseReason reason) {
        idle.cancel(false);
        association.close(reason);
    }
}
