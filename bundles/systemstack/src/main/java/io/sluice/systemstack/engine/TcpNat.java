package io.sluice.systemstack.engine;

import io.sluice.api.flow.CloseReason;
import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.Endpoint;
import io.sluice.netstack.engine.EndpointTable;
import io.sluice.netstack.engine.IcmpErrors;
import io.sluice.netstack.engine.IncomingPacket;
import io.sluice.netstack.engine.StackEngine;
import io.sluice.netstack.engine.TimerWheel;
import io.sluice.netstack.engine.TransportInput;
import io.sluice.netstack.engine.icmp.TcpErrors;
import io.sluice.wire.Checksums;
import io.sluice.wire.TcpHeader;
import io.sluice.wire.TcpOptions;
import io.sluice.wire.Verdict;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * All TCP of one engine: tells the client's segments from the kernel's, finds the session of each and admits new ones. The table is bounded by
 * {@code limits.maxConnections} and by the ports; where it is full, sessions that are closing make way, oldest first, and then SYNs are
 * dropped, or reset if that is configured.
 */
public final class TcpNat implements TransportInput, TcpErrors {

    private final StackEngine engine;
    private final KernelSide side4;
    private final KernelSide side6;
    private final SessionPorts ports4;
    private final SessionPorts ports6;
    private final IcmpErrors icmp;
    private final SessionOffers offers;
    private final OtherQueues others;
    private final Runnable unanswered;
    private final HandshakeSegments segments;
    private final PacketRewrite rewrite;
    private final EndpointTable<NatSession> table;
    private final Set<NatSession> closing = new LinkedHashSet<>();
    private final TcpOptions options = new TcpOptions();
    private final int maxHalfOpen;
    private int halfOpen;
    private boolean detached;

    /**
     * @param side4 null without IPv4: then its SYNs are refused
     * @param side6 likewise
     * @param unanswered told when the kernel has not answered a SYN, which means that a packet filter is in the way
     */
    public TcpNat(
            StackEngine engine,
            KernelSide side4,
            KernelSide side6,
            IcmpErrors icmp,
            SessionOffers offers,
            OtherQueues others,
            Runnable unanswered) {
        this.engine = engine;
        this.side4 = side4;
        this.side6 = side6;
        this.icmp = icmp;
        this.offers = offers;
        this.others = others;
        this.unanswered = unanswered;
        this.maxHalfOpen = Math.min(engine.setup().limits().maxHalfOpen(), NatLimits.MAX_HALF_OPEN);
        this.segments = new HandshakeSegments(engine);
        this.rewrite = new PacketRewrite(engine);
        var random = engine.setup().random();
        this.table = new EndpointTable<>(random.nextLong());
        this.ports4 = side4 == null ? null : new SessionPorts(random.nextInt());
        this.ports6 = side6 == null ? null : new SessionPorts(random.nextInt());
    }

    /** Sessions in any state. */
    public int connections() {
        return table.size();
    }

    /** Of those, with an incomplete handshake. */
    public int halfOpen() {
        return halfOpen;
    }

    /** Whether everything has ended. Loop thread only. */
    public boolean isDetached() {
        return detached;
    }

    HandshakeSegments segments() {
        return segments;
    }

    PacketRewrite rewrite() {
        return rewrite;
    }

    TimerWheel wheel() {
        return engine.wheel();
    }

    long nowNanos() {
        return engine.nowNanos();
    }

    int mtu() {
        return engine.setup().mtu();
    }

    int minPathMtuV4() {
        return engine.setup().limits().tcp().minPathMtu();
    }

    /** How long the last SYN, ACK is waited for. */
    long lastSynAck() {
        return halfOpen > maxHalfOpen / 2 ? NatLimits.SYN_ACK_LAST_UNDER_PRESSURE : NatLimits.SYN_ACK_LAST;
    }

    void count(Counter counter) {
        engine.counters().count(counter);
    }

    // ---- input

    @Override
    public void input(IncomingPacket packet) {
        count(Counter.TCP_SEGMENTS_RECEIVED);
        int at = packet.transportAt;
        // Only what is answered here is verified here; the rest is verified by the kernel, once, where it ends.
        Verdict verdict =
                TcpHeader.check(packet.nio, at, packet.transportLength, packet.addressSum, Checksums.OFFLOADED);
        if (verdict != Verdict.OK) {
            engine.counters().malformed(verdict);
            return;
        }
        int from = TcpHeader.sourcePort(packet.nio, at);
        int to = TcpHeader.destinationPort(packet.nio, at);
        KernelSide side = packet.v6 ? side6 : side4;
        if (side != null
                && side.isFrom(packet.sourceHigh, packet.sourceLow, packet.destinationHigh, packet.destinationLow)) {
            if (from == side.port()) {
                fromKernel(packet, to);
                return;
            }
            if (others.handOver(from, packet)) {
                return;
            }
        }
        fromClient(packet, Endpoint.ports(from, to));
    }

    private void fromKernel(IncomingPacket packet, int natPort) {
        NatSession session = (packet.v6 ? ports6 : ports4).find(natPort);
        int flags = TcpHeader.flags(packet.nio, packet.transportAt);
        if (session != null) {
            session.fromKernel(packet, flags);
            return;
        }
        count(Counter.KERNEL_STRAY_SEGMENTS);
        if ((flags & TcpHeader.RST) == 0) {
            segments.resetStray(packet); // what the kernel still holds there is for nobody
        }
    }

    private void fromClient(IncomingPacket packet, int ports) {
        int flags = TcpHeader.flags(packet.nio, packet.transportAt);
        NatSession session =
                table.find(packet.sourceHigh, packet.sourceLow, packet.destinationHigh, packet.destinationLow, ports);
        boolean answeredHere =
                session == null || session.isHalfOpen() || (flags & (TcpHeader.SYN | TcpHeader.RST)) != 0;
        if (answeredHere && !isSound(packet)) {
            return;
        }
        if (session != null) {
            session.fromClient(packet, flags);
        } else if ((flags & TcpHeader.RST) != 0) {
            return; // RFC 9293 §3.10.7.1: a RST is never answered
        } else if ((flags & (TcpHeader.SYN | TcpHeader.ACK)) == TcpHeader.SYN) {
            open(packet, ports);
        } else {
            segments.resetStray(packet);
        }
    }

    private boolean isSound(IncomingPacket packet) {
        Verdict verdict = packet.checksums == Checksums.OFFLOADED
                ? Verdict.OK
                : TcpHeader.check(
                        packet.nio, packet.transportAt, packet.transportLength, packet.addressSum, Checksums.VERIFY);
        if (verdict == Verdict.OK) {
            verdict = options.parse(packet.nio, packet.transportAt);
        }
        if (verdict != Verdict.OK) {
            engine.counters().malformed(verdict);
        }
        return verdict == Verdict.OK;
    }

    /** A sound SYN for nothing that is known. */
    void open(IncomingPacket packet, int ports) {
        KernelSide side = packet.v6 ? side6 : side4;
        if (side == null) {
            count(Counter.TCP_OFFERS_REJECTED);
            segments.resetStray(packet);
            return;
        }
        if (halfOpen >= maxHalfOpen) {
            overflow(packet, Counter.SYN_DROPPED_HALF_OPEN_LIMIT);
            return;
        }
        NatSession session = new NatSession(this, side, packet, ports);
        SessionPorts free = ports(session);
        int port = table.size() < engine.setup().limits().maxConnections() ? free.take(session) : 0;
        if (port == 0 && evict(session.isV4())) {
            port = free.take(session);
        }
        if (port == 0) {
            overflow(packet, Counter.SYN_DROPPED_CONNECTION_LIMIT);
            return;
        }
        table.add(session);
        halfOpen++;
        count(Counter.TCP_CONNECTIONS_OFFERED);
        session.open(port, packet.nowNanos);
    }

    /** As in the user stack: silence, or RST if that is configured. */
    private void overflow(IncomingPacket syn, Counter limit) {
        count(limit);
        if (engine.setup().limits().tcp().abortOnOverflow()) {
            segments.resetStray(syn);
        }
    }

    /** Ends the session that has been closing for longest, of the same family: what is missing may be a port. */
    private boolean evict(boolean v4) {
        for (NatSession session : closing) {
            if (session.isV4() == v4) {
                session.end();
                count(Counter.KERNEL_SESSIONS_EVICTED);
                return true;
            }
        }
        return false;
    }

    private SessionPorts ports(NatSession session) {
        return session.isV4() ? ports4 : ports6;
    }

    /**
     * The listener has accepted a connection.
     *
     * @param remoteHigh its peer
     * @return its session, which is offered when {@link #offer} is called; null if it did not come through here: refuse it
     */
    public NatSession accepted(
            boolean v6, long remoteHigh, long remoteLow, int remotePort, KernelConnection connection) {
        KernelSide side = v6 ? side6 : side4;
        NatSession session = side != null && side.farLow() == remoteLow && side.farHigh() == remoteHigh
                ? (v6 ? ports6 : ports4).find(remotePort)
                : null;
        if (session == null || !session.connected(connection, nowNanos())) {
            count(Counter.KERNEL_STRANGERS_REFUSED);
            return null;
        }
        return session;
    }

    /** Offers a session that was accepted. */
    public void offer(NatSession session) {
        offers.offered(session);
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
        NatSession session = table.find(remoteHigh, remoteLow, localHigh, localLow, ports);
        if (session == null || !ClientErrors.received(this, session, hard, mtu, sequence)) {
            count(Counter.TCP_ICMP_ERRORS_IGNORED);
        }
    }

    // ---- life of sessions

    void refused(NatSession session, CloseReason reason) {
        switch (reason) {
            // A drop rule and a loop of our own packets are answered by nothing at all.
            case POLICY_DROPPED, LOOP -> count(Counter.TCP_OFFERS_DROPPED);
            case UNREACHABLE, EGRESS_UNAVAILABLE -> {
                count(Counter.TCP_OFFERS_REJECTED);
                RefusedSyn.unreachable(icmp, session, reason, nowNanos());
            }
            default -> {
                count(Counter.TCP_OFFERS_REJECTED);
                segments.refuse(session);
            }
        }
    }

    void established(NatSession session) {
        halfOpen--;
        count(Counter.TCP_CONNECTIONS_ESTABLISHED);
    }

    void closing(NatSession session) {
        if (session.isHalfOpen()) {
            halfOpen--;
        }
        closing.add(session);
        count(Counter.TCP_CONNECTIONS_CLOSED);
    }

    void failed(NatSession session, boolean silent) {
        count(Counter.KERNEL_HANDSHAKES_FAILED);
        if (silent) {
            unanswered.run();
        }
    }

    void remove(NatSession session) {
        if (session.isHalfOpen()) {
            halfOpen--;
        }
        engine.wheel().disarm(session);
        closing.remove(session);
        table.remove(session);
        ports(session).free(session.natPort);
    }

    @Override
    public void detach(CloseReason reason, long nowNanos) {
        detached = true;
        for (NatSession session : table.all()) {
            session.detach(reason);
        }
    }
}
