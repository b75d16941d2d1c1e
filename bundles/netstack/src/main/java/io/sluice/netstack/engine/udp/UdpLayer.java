package io.sluice.netstack.engine.udp;

import io.sluice.api.flow.CloseReason;
import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.Endpoint;
import io.sluice.netstack.engine.EndpointTable;
import io.sluice.netstack.engine.IncomingPacket;
import io.sluice.netstack.engine.LocalAddresses;
import io.sluice.netstack.engine.MappedAddress;
import io.sluice.netstack.engine.StackEngine;
import io.sluice.netstack.engine.TransportInput;
import io.sluice.netstack.engine.ip.Fragmenter;
import io.sluice.netstack.engine.ip.IpErrors;
import io.sluice.wire.IpProtocol;
import io.sluice.wire.Ipv4Header;
import io.sluice.wire.Ipv6Header;
import io.sluice.wire.UdpHeader;
import io.sluice.wire.Verdict;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * All UDP of one engine: finds the session of a datagram, or offers a new one.
 *
 * <p>When {@code maxUdpSessions} is reached, the session that was idle for longest makes room, if it was idle for {@link
 * UdpLimits#EVICTABLE_AFTER}; else the newcomer is dropped, as a burst of new sources must not end conversations under way.
 */
public final class UdpLayer implements TransportInput {

    private final StackEngine engine;
    private final UdpOffers offers;
    private final LocalAddresses own;
    private final IpErrors errors;
    private final UdpOutput output;
    private final PeerCache peers = new PeerCache();
    private final EndpointTable<UdpSession> sessions;
    private List<UdpSession> touched = new ArrayList<>();
    private List<UdpSession> completing = new ArrayList<>();
    private final ByteBuffer quote = ByteBuffer.allocate(Ipv6Header.LENGTH + UdpHeader.LENGTH);
    private final long idleNanos;
    private final Density density = new Density();
    private int inBatch;

    /** Ends of the list in order of last use. */
    private UdpSession oldest;

    private UdpSession newest;

    /** The session being offered and its packet, null otherwise: a refusal at once quotes it as it came. */
    private UdpSession offering;

    private IncomingPacket offered;

    public UdpLayer(StackEngine engine, UdpOffers offers, LocalAddresses own, Fragmenter fragmenter, IpErrors errors) {
        this.engine = engine;
        this.offers = offers;
        this.own = own;
        this.errors = errors;
        this.output = new UdpOutput(engine, fragmenter);
        this.sessions = new EndpointTable<>(engine.setup().random().nextLong());
        this.idleNanos = engine.setup().limits().udpIdle().toNanos();
    }

    /** Sessions now. */
    public int sessions() {
        return sessions.size();
    }

    StackEngine engine() {
        return engine;
    }

    PeerCache peers() {
        return peers;
    }

    UdpOutput output() {
        return output;
    }

    long idleNanos() {
        return idleNanos;
    }

    @Override
    public void input(IncomingPacket packet) {
        inBatch++;
        ByteBuffer nio = packet.nio;
        int at = packet.transportAt;
        Verdict verdict = packet.v6
                ? UdpHeader.check6(nio, at, packet.transportLength, packet.addressSum, packet.checksums)
                : UdpHeader.check4(nio, at, packet.transportLength, packet.addressSum, packet.checksums);
        if (verdict != Verdict.OK) {
            engine.counters().malformed(verdict);
            return;
        }
        int port = UdpHeader.sourcePort(nio, at);
        int peerPort = UdpHeader.destinationPort(nio, at);
        if (port == 0 || peerPort == 0) {
            // RFC 6335 §6: port 0 is reserved; as a source it says that no answer is wanted (RFC 768), and no mapping
            // can be told by it.
            engine.counters().count(Counter.UDP_PORT_ZERO);
            return;
        }
        if (packet.hopLimit <= 1 && !own.contains(packet.destinationHigh, packet.destinationLow)) {
            // RFC 1812 §5.3.1: the gateway is a hop; traceroute counts on it.
            errors.hopLimitExceeded(nio, packet.at, packet.length, packet.nowNanos);
            return;
        }
        int length = UdpHeader.payloadLength(nio, at);
        engine.counters()
                .add(
                        Counter.UDP_DATAGRAMS_RECEIVED,
                        length > packet.segmentSize && packet.segmentSize > 0
                                ? (length + packet.segmentSize - 1) / packet.segmentSize
                                : 1);
        UdpSession session = sessions.find(packet.sourceHigh, packet.sourceLow, 0, 0, Endpoint.ports(port, 0));
        Peer peer;
        if (session == null) {
            peer = peers.of(packet.destinationHigh, packet.destinationLow, peerPort);
            session = offer(packet, port, peer);
            if (session == null) {
                return;
            }
        } else {
            peer = session.towards(packet, peerPort);
            used(session, packet.nowNanos);
        }
        session.arrived(packet, UdpHeader.payloadAt(at), length, peer);
    }

    /** The new session, or null if there was no room or it was refused at once. */
    private UdpSession offer(IncomingPacket packet, int port, Peer peer) {
        if (sessions.size() >= engine.setup().limits().maxUdpSessions() && !evict(packet.nowNanos)) {
            engine.counters().count(Counter.UDP_DROPPED_SESSION_LIMIT);
            return null;
        }
        UdpSession session = new UdpSession(this, packet, port, peer);
        sessions.add(session);
        append(session);
        engine.wheel().arm(session, packet.nowNanos + idleNanos);
        offering = session;
        offered = packet;
        offers.offered(session);
        offering = null;
        offered = null;
        return session.isEnded() ? null : session;
    }

    private boolean evict(long nowNanos) {
        if (nowNanos - oldest.usedAt < UdpLimits.EVICTABLE_AFTER) {
            return false;
        }
        engine.counters().count(Counter.UDP_SESSIONS_EVICTED);
        oldest.close(CloseReason.LIMIT_REACHED);
        return true;
    }

    @Override
    public void batchComplete(long nowNanos) {
        // Users may touch sessions meanwhile: those are for the next batch. Swapped, since addAll allocates.
        List<UdpSession> batch = touched;
        touched = completing;
        completing = batch;
        for (int i = 0; i < batch.size(); i++) {
            batch.get(i).delivered();
        }
        batch.clear();
        output.flush();
    }

    /**
     * How long the queue should rest after this batch, in nanoseconds; 0 means not at all. Nothing but datagrams must have come, for TCP and
     * echoes are waited for.
     *
     * @param packets of the batch, of all protocols
     */
    public long rest(int packets, long nowNanos) {
        int datagrams = inBatch;
        inBatch = 0;
        density.arrived(datagrams);
        return density.isDense(nowNanos) && datagrams == packets ? UdpLimits.REST : 0;
    }

    void touched(UdpSession session) {
        touched.add(session);
    }

    @Override
    public void detach(CloseReason reason, long nowNanos) {
        for (UdpSession session : sessions.all()) {
            session.close(reason);
        }
        touched.clear();
        output.release();
    }

    // ---- refusals

    void reject(UdpSession session, Peer peer, CloseReason reason) {
        engine.counters().count(Counter.UDP_SESSIONS_REJECTED);
        if (session == offering) {
            errors.unreachable(reason, offered.nio, offered.at, offered.length, offered.nowNanos);
        } else {
            unreachable(session, peer, reason);
        }
    }

    /** The datagram is gone; what an ICMP error needs of it (RFC 792: the header and 8 octets) is written anew. */
    void unreachable(UdpSession session, Peer peer, CloseReason reason) {
        int length = UdpHeader.LENGTH;
        int at;
        if (session.isV4()) {
            at = Ipv4Header.MIN_LENGTH;
            int source = MappedAddress.v4(session.remoteLow);
            int destination = MappedAddress.v4(peer.low());
            Ipv4Header.write(quote, 0, 0, at + length, 0, 0, 64, IpProtocol.UDP, source, destination);
        } else {
            at = Ipv6Header.LENGTH;
            Ipv6Header.write(
                    quote,
                    0,
                    0,
                    0,
                    length,
                    IpProtocol.UDP,
                    64,
                    session.remoteHigh,
                    session.remoteLow,
                    peer.high(),
                    peer.low());
        }
        UdpHeader.write(quote, at, session.remotePort(), peer.port(), length);
        errors.unreachable(reason, quote, 0, at + length, engine.nowNanos());
    }

    /**
     * A router on the way to the client cannot pass packets of that size on. Only IPv6 asks us to cut them (RFC 8201); over IPv4 routers do,
     * since our datagrams carry no DF.
     */
    public void packetTooBig(int mtu, long clientHigh, long clientLow, int clientPort) {
        UdpSession session = sessions.find(clientHigh, clientLow, 0, 0, Endpoint.ports(clientPort, 0));
        if (session != null && !session.isV4() && mtu >= UdpLimits.MIN_PATH_MTU && mtu < session.pathMtu) {
            session.pathMtu = mtu;
        }
    }

    // ---- order of last use

    void used(UdpSession session, long nowNanos) {
        session.usedAt = nowNanos;
        if (session != newest) {
            unlink(session);
            append(session);
        }
    }

    void remove(UdpSession session) {
        engine.wheel().disarm(session);
        sessions.remove(session);
        unlink(session);
    }

    private void append(UdpSession session) {
        session.older = newest;
        session.newer = null;
        if (newest == null) {
            oldest = session;
        } else {
            newest.newer = session;
        }
        newest = session;
    }

    private void unlink(UdpSession session) {
        if (session.older == null) {
            oldest = session.newer;
        } else {
            session.older.newer = session.newer;
        }
        if (session.newer == null) {
            newest = session.older;
        } else {
            session.newer.older = session.older;
        }
        session.older = null;
        session.newer = null;
    }
}
