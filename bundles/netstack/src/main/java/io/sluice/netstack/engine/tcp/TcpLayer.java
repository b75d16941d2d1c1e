package io.sluice.netstack.engine.tcp;

import io.netty.buffer.ByteBufAllocator;
import io.sluice.api.flow.CloseReason;
import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.Counters;
import io.sluice.netstack.engine.Endpoint;
import io.sluice.netstack.engine.EndpointTable;
import io.sluice.netstack.engine.IcmpErrors;
import io.sluice.netstack.engine.IncomingPacket;
import io.sluice.netstack.engine.StackEngine;
import io.sluice.netstack.engine.TransportInput;
import io.sluice.netstack.engine.icmp.TcpErrors;
import io.sluice.wire.TcpHeader;
import io.sluice.wire.Verdict;
import java.util.ArrayList;
import java.util.List;

/** All TCP of one engine: finds the endpoint of a segment, admits new ones, and runs what a batch has touched. */
public final class TcpLayer implements TransportInput, TcpErrors {

    private final StackEngine engine;
    private final ConnectionAcceptor acceptor;
    private final Refusals refusals;
    private final Admission admission;
    private final SynCookies cookies;
    private final TcpParameters parameters;
    private final TcpOutput output;
    private final Isn isn;
    private final EndpointTable<TcpEndpoint> endpoints;
    private final Segment segment = new Segment();
    private final GatheredParts parts = new GatheredParts();
    private final AckReport report = new AckReport();
    private final int[] scratchEdges = new int[8];

    private final List<TcpConnection> touched = new ArrayList<>();
    private final List<TcpConnection> flushing = new ArrayList<>();
    private final List<TcpConnection> blocked = new ArrayList<>();

    private int connections;
    private int timeWaits;

    public TcpLayer(StackEngine engine, ConnectionAcceptor acceptor, IcmpErrors icmp) {
        this(engine, acceptor, icmp, TcpParameters.DEFAULTS);
    }

    public TcpLayer(StackEngine engine, ConnectionAcceptor acceptor, IcmpErrors icmp, TcpParameters parameters) {
        this.parameters = parameters;
        this.engine = engine;
        this.acceptor = acceptor;
        this.refusals = new Refusals(this, icmp);
        this.output = new TcpOutput(this, engine);
        var random = engine.setup().random();
        this.isn = new Isn(random.nextLong(), random.nextLong());
        this.cookies = new SynCookies(isn);
        this.admission = new Admission(engine.setup().limits().maxHalfOpen(), random.nextLong(), engine.nowNanos());
        this.endpoints = new EndpointTable<>(random.nextLong());
    }

    /** Connections in any state, offers and TIME-WAIT included. */
    public int connections() {
        return connections + admission.halfOpen() + timeWaits;
    }

    /** Of those, with an incomplete handshake. */
    public int halfOpen() {
        return admission.halfOpen();
    }

    StackEngine engine() {
        return engine;
    }

    Counters counters() {
        return engine.counters();
    }

    ByteBufAllocator allocator() {
        return engine.setup().allocator();
    }

    TcpParameters parameters() {
        return parameters;
    }

    TcpOutput output() {
        return output;
    }

    Isn isn() {
        return isn;
    }

    GatheredParts parts() {
        return parts;
    }

    CongestionControl congestionControl(int segmentSize, boolean sack) {
        return switch (engine.setup().limits().tcp().congestionControl()) {
            case CUBIC -> new Cubic(segmentSize);
            case BBR -> new Bbr(segmentSize, sack, engine.setup().random(), engine.nowNanos());
        };
    }

    AckReport report() {
        return report;
    }

    int[] scratchEdges() {
        return scratchEdges;
    }

    // ---- input

    @Override
    public void input(IncomingPacket packet) {
        counters().count(Counter.TCP_SEGMENTS_RECEIVED);
        Verdict verdict = segment.read(packet);
        if (verdict != Verdict.OK) {
            counters().malformed(verdict);
            return;
        }
        int ports = Endpoint.ports(
                TcpHeader.sourcePort(packet.nio, packet.transportAt),
                TcpHeader.destinationPort(packet.nio, packet.transportAt));
        TcpEndpoint endpoint = endpoints.find(
                packet.sourceHigh, packet.sourceLow, packet.destinationHigh, packet.destinationLow, ports);
        if (endpoint != null) {
            endpoint.arrived(segment);
        } else if (segment.has(TcpHeader.RST)) {
            return; // RFC 9293 §3.10.7.1: a RST is never answered
        } else if (segment.has(TcpHeader.SYN) && !segment.has(TcpHeader.ACK)) {
            offer(segment, ports, null);
        } else if (cookies.isAnswer(segment, ports)) {
            offerProven(segment, ports);
        } else {
            output.resetStray(segment);
        }
    }

    /** A SYN for nothing we know: RFC 9293 §3.10.7.2. {@code previous} is what it takes the place of, or null. */
    void offer(Segment syn, int ports, TimeWait previous) {
        IncomingPacket packet = syn.packet;
        if (connections() >= engine.setup().limits().maxConnections()) {
            overflow(syn, Counter.SYN_DROPPED_CONNECTION_LIMIT);
            return;
        }
        switch (admission.judge(packet.sourceHigh, packet.sourceLow, syn.nowNanos)) {
            case OFFER -> {
                if (syn.options.windowScaleExcessive()) {
                    counters().count(Counter.TCP_EXCESSIVE_WINDOW_SCALE);
                }
                offer(HalfOpen.of(this, syn, ports, previous));
            }
            case COOKIE -> {
                int offset = isn.timestampOffset(packet, ports);
                int timestamp = (int) (syn.nowNanos / 1_000_000) + offset;
                output.cookie(syn, ports, cookies.make(syn, ports, syn.nowNanos), timestamp);
            }
            case DROP -> overflow(syn, Counter.SYN_DROPPED_HALF_OPEN_LIMIT);
        }
    }

    /** No room. Silence lets the client try again; RST, if it is configured, tells its user at once. RFC 9293 §3.10.7.2 allows both. */
    private void overflow(Segment refused, Counter limit) {
        counters().count(limit);
        if (engine.setup().limits().tcp().abortOnOverflow()) {
            output.resetStray(refused);
        }
    }

    /** A SYN cookie came back. */
    private void offerProven(Segment answer, int ports) {
        IncomingPacket packet = answer.packet;
        if (connections() >= engine.setup().limits().maxConnections()) {
            overflow(answer, Counter.SYN_DROPPED_CONNECTION_LIMIT);
        } else if (!admission.mayOfferProven(packet.sourceHigh, packet.sourceLow)) {
            overflow(answer, Counter.SYN_DROPPED_HALF_OPEN_LIMIT);
        } else {
            counters().count(Counter.TCP_SYN_COOKIES_ANSWERED);
            admission.proved(packet.sourceHigh, packet.sourceLow, answer.nowNanos);
            offer(SynCookies.offer(this, answer, ports));
        }
    }

    private void offer(HalfOpen offer) {
        endpoints.add(offer);
        admission.began(offer.remoteHigh, offer.remoteLow);
        counters().count(Counter.TCP_CONNECTIONS_OFFERED);
        acceptor.offered(offer);
    }

    @Override
    public void batchComplete(long nowNanos) {
        // Users may touch connections while others are flushed: those wait for the next round, at most a few.
        for (int round = 0; round < 4 && !touched.isEmpty(); round++) {
            move(touched);
            for (int i = 0; i < flushing.size(); i++) {
                flushing.get(i).flush(nowNanos);
            }
            flushing.clear();
        }
    }

    /** One by one: {@code addAll} makes an array of them first. */
    private void move(List<TcpConnection> waiting) {
        for (int i = 0; i < waiting.size(); i++) {
            flushing.add(waiting.get(i));
        }
        waiting.clear();
    }

    @Override
    public void writable(long nowNanos) {
        move(blocked);
        for (int i = 0; i < flushing.size(); i++) {
            flushing.get(i).unblocked(nowNanos);
        }
        flushing.clear();
    }

    @Override
    public void icmpError(
            boolean hard,
            int mtu,
            long remoteHigh,
            long remoteLow,
            long localHigh,
            long localLow,
            int ports,
            int sequence,
            long nowNanos) {
        TcpEndpoint endpoint = endpoints.find(remoteHigh, remoteLow, localHigh, localLow, ports);
        if (endpoint instanceof TcpConnection connection) {
            PathMtu.icmpError(connection, mtu, sequence, nowNanos);
        } else {
            counters().count(Counter.TCP_ICMP_ERRORS_IGNORED);
        }
    }

    void touched(TcpConnection connection) {
        touched.add(connection);
    }

    /** The device was full; the connection is called again when it is not. */
    void blocked(TcpConnection connection) {
        if (connection.block()) {
            blocked.add(connection);
        }
    }

    // ---- life of endpoints

    TcpConnection accept(HalfOpen offer, TcpUser user) {
        long now = engine.nowNanos();
        engine.wheel().disarm(offer);
        TcpConnection connection = new TcpConnection(offer, user, offer.initialSequence(now), now);
        endpoints.replace(offer, connection);
        counters().count(Counter.TCP_CONNECTIONS_ACCEPTED);
        if (offer.isProven()) {
            connection.openProven(offer, now);
        } else {
            connection.open(now);
        }
        return connection;
    }

    void reject(HalfOpen offer, CloseReason reason) {
        refusals.refuse(offer, reason, engine.nowNanos());
        remove(offer);
    }

    long giveUpSyn() {
        return admission.isCrowded() ? TcpLimits.GIVE_UP_SYN_UNDER_PRESSURE : TcpLimits.GIVE_UP_SYN;
    }

    void established(TcpConnection connection, long nowNanos) {
        admission.ended(connection.remoteHigh, connection.remoteLow);
        admission.proved(connection.remoteHigh, connection.remoteLow, nowNanos);
        connections++;
        counters().count(Counter.TCP_CONNECTIONS_ESTABLISHED);
    }

    void ended(TcpConnection connection, boolean wasEstablished) {
        if (wasEstablished) {
            connections--;
        } else {
            admission.ended(connection.remoteHigh, connection.remoteLow);
        }
        counters().count(Counter.TCP_CONNECTIONS_CLOSED);
        engine.wheel().disarm(connection);
        endpoints.remove(connection);
    }

    void timeWait(TcpConnection connection, long nowNanos) {
        if (timeWaits >= TcpLimits.MAX_TIME_WAIT) {
            counters().count(Counter.TCP_TIME_WAIT_RECYCLED);
            return;
        }
        timeWaits++;
        endpoints.replace(connection, new TimeWait(connection, nowNanos));
    }

    void remove(HalfOpen offer) {
        admission.ended(offer.remoteHigh, offer.remoteLow);
        engine.wheel().disarm(offer);
        endpoints.remove(offer);
    }

    void remove(TimeWait entry) {
        timeWaits--;
        engine.wheel().disarm(entry);
        endpoints.remove(entry);
    }

    @Override
    public void detach(CloseReason reason, long nowNanos) {
        for (TcpEndpoint endpoint : endpoints.all()) {
            endpoint.detach(reason, nowNanos);
        }
    }
}
