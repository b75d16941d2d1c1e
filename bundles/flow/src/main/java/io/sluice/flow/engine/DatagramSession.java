package io.sluice.flow.engine;

import io.netty.buffer.ByteBuf;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.api.flow.DatagramRequest;
import io.sluice.api.flow.FlowSource;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One source endpoint of datagrams: its client's end, and one {@link DatagramFlow} for each outbound that its destinations use.
 *
 * <p>Policy is asked once for each destination; the answer is kept in a bounded table. A refusal is forgotten when the rules or the
 * outbounds change, a route when its flow ends. The mapping is endpoint-independent for each outbound (RFC 4787 REQ-1). When the last
 * flow ends, the session ends for the same reason; the source's next datagram then begins a new one. Loop thread only.
 */
final class DatagramSession implements DatagramReceiver {

    /** Destinations a source may have in the table; ours: a busy BitTorrent DHT node speaks with some hundreds at a time. */
    static final int MAX_ROUTES = 1_024;

    private final FlowEngine engine;
    private final LoopState home;
    private final FlowSource source;
    private final Map<InetSocketAddress, Route> routes = new RouteTable();
    private final Map<String, DatagramFlow> flows = new HashMap<>(2);
    private DatagramPort client;
    private InetSocketAddress lastPeer;
    private Route lastRoute;
    private DatagramFlow unflushed;
    private boolean ended;

    DatagramSession(FlowEngine engine, LoopState home, FlowSource source) {
        this.engine = engine;
        this.home = home;
        this.source = source;
    }

    void start(DatagramRequest request, Admission admission) {
        client = request.accept();
        client.closed().addListener(closed -> clientEnded(closed.isSuccess() ? (CloseReason) closed.getNow() : null));
        if (ended) {
            return;
        }
        remember(source.destination(), route(admission));
        if (!ended) {
            client.receiver(this);
        }
    }

    @Override
    public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
        Route route = peer.equals(lastPeer) ? lastRoute : routes.get(peer);
        if (route == null || route.outdated(engine.generation())) {
            route = decide(peer);
        }
        lastPeer = peer;
        lastRoute = route;
        DatagramFlow flow = route.flow;
        if (flow == null || flow.closed() || ended) {
            payload.release();
            if (!ended && route.refusal != null && route.refusal != CloseReason.POLICY_DROPPED) {
                client.unreachable(peer, route.refusal);
                client.flush();
            }
            return;
        }
        if (unflushed != flow) {
            if (unflushed != null) {
                unflushed.flush();
            }
            unflushed = flow;
        }
        flow.send(payload, segmentSize, peer);
    }

    @Override
    public void batchComplete() {
        if (unflushed != null) {
            unflushed.flush();
            unflushed = null;
        }
    }

    /** A datagram for the client. */
    void deliver(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
        if (ended) {
            payload.release();
        } else {
            client.send(payload, segmentSize, peer);
        }
    }

    void delivered() {
        if (!ended) {
            client.flush();
        }
    }

    void undeliverable(InetSocketAddress peer, CloseReason reason) {
        if (!ended) {
            client.unreachable(peer, reason);
        }
    }

    /** One of its flows has ended. */
    void ended(DatagramFlow flow, CloseReason reason) {
        flows.remove(flow.lease().tag(), flow);
        if (flows.isEmpty() && !ended) {
            ended = true;
            client.close(reason);
        }
    }

    private void clientEnded(CloseReason reason) {
        ended = true;
        for (DatagramFlow flow : flows.values().toArray(DatagramFlow[]::new)) {
            flow.end(reason == null ? CloseReason.CLIENT_ABORTED : reason, null);
        }
    }

    private Route decide(InetSocketAddress peer) {
        // Before it is asked: an outbound that comes while it is being answered makes the answer outdated.
        int generation = engine.generation();
        Admission admission = engine.admit(source.to(peer));
        if (admission.slot() == null) {
            engine.refused(admission);
            Route refused = new Route(null, admission.refusal(), generation);
            return refused.passes() ? refused : remember(peer, refused);
        }
        return remember(peer, route(admission));
    }

    private Route route(Admission admission) {
        DatagramFlow flow = flows.get(admission.slot().tag());
        if (flow == null || flow.lease() != admission.slot()) {
            flow = new DatagramFlow(engine, home, admission, this);
            flows.put(admission.slot().tag(), flow);
            home.enter(flow, IdleWheel.ticks(engine.settings().connectTimeout()));
            engine.begin(flow);
        }
        return new Route(flow, null, 0);
    }

    private Route remember(InetSocketAddress peer, Route route) {
        routes.put(peer, route);
        return route;
    }

    /**
     * Where datagrams for one destination go.
     *
     * @param generation of what a refusal is founded on
     */
    private record Route(DatagramFlow flow, CloseReason refusal, int generation) {

        boolean outdated(int current) {
            return flow == null ? passes() || generation != current : flow.closed();
        }

        /** Whether it is a refusal founded on what no generation tells of: how many flows there are, whose socket it is. */
        boolean passes() {
            return refusal == CloseReason.LIMIT_REACHED || refusal == CloseReason.LOOP;
        }
    }

    /** The least recently used entry makes room. */
    private static final class RouteTable extends LinkedHashMap<InetSocketAddress, Route> {

        private static final long serialVersionUID = 1L;

        RouteTable() {
            super(16, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<InetSocketAddress, Route> eldest) {
            return size() > MAX_ROUTES;
        }
    }
}
