package io.sluice.outbound.loopback.engine;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.api.outbound.Capability;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.outbound.Outbound;
import io.sluice.proxyserver.pipe.PipeChannel;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** Where flows end: in memory, everything sent comes back. */
final class EchoOutbound implements Outbound {

    final List<OpenRequest> requests = new CopyOnWriteArrayList<>();
    volatile boolean resets;
    /** Why no stream is opened; null for that they are. */
    volatile ConnectException fails;

    @Override
    public String tag() {
        return "echo";
    }

    @Override
    public String type() {
        return "echo";
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.TCP, Capability.UDP);
    }

    @Override
    public String description() {
        return "echo";
    }

    @Override
    public Future<ByteStream> openStream(OpenRequest request) {
        requests.add(request);
        if (fails != null) {
            return request.eventLoop().newFailedFuture(fails);
        }
        PipeChannel mine = PipeChannel.pair();
        mine.peer().config().setAutoRead(false);
        mine.pipeline().addLast(new PipeClient.Echo(resets));
        request.eventLoop().register(mine.peer());
        request.eventLoop().register(mine);
        return request.eventLoop().newSucceededFuture(ByteStream.of(mine.peer()));
    }

    @Override
    public Future<DatagramPort> openDatagrams(OpenRequest request) {
        requests.add(request);
        DatagramPipe mine = DatagramPipe.pair(request.eventLoop());
        mine.receiver(new DatagramReceiver() {
            @Override
            public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
                mine.send(payload, segmentSize, peer);
            }

            @Override
            public void batchComplete() {
                mine.flush();
            }

            @Override
            public void unreachable(InetSocketAddress peer, CloseReason reason) {}
        });
        return request.eventLoop().newSucceededFuture(mine.peer());
    }

    @Override
    public Map<String, Long> counters() {
        return Map.of();
    }
}
