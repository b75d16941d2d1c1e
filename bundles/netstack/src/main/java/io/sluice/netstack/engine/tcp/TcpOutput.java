package io.sluice.netstack.engine.tcp;

import io.sluice.api.tun.OffloadCapabilities;
import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.Endpoint;
import io.sluice.netstack.engine.IpOutput;
import io.sluice.netstack.engine.StackEngine;
import io.sluice.wire.TcpHeader;
import io.sluice.wire.TcpOptionWriter;
import io.sluice.wire.TcpOptions;
import java.nio.ByteBuffer;

/** Writes TCP headers and hands segments to {@link IpOutput}. One object a layer. */
final class TcpOutput {

    private static final int TIMESTAMPS_LENGTH = 12; // RFC 7323 appendix A: with two NOPs

    private final TcpLayer layer;
    private final IpOutput ip;
    private final OffloadCapabilities offload;
    private final int mtu;
    private final int minPathMtuV4;
    private final int[] edges = new int[8];

    TcpOutput(TcpLayer layer, StackEngine engine) {
        this.layer = layer;
        this.ip = engine.output();
        this.offload = engine.setup().offload();
        this.mtu = engine.setup().mtu();
        this.minPathMtuV4 = engine.setup().limits().tcp().minPathMtu();
    }

    /** What we tell the peer to send at most: RFC 9293 §3.7.1, options not counted (RFC 6691). */
    int advertisedMss(boolean v4) {
        return mtu - (v4 ? 40 : 60);
    }

    /** Octets of payload a segment to this peer: RFC 9293 §3.7.1 Eff.snd.MSS. */
    int segmentSize(int peerMss, boolean v4, boolean timestamps) {
        return Math.min(peerMss, advertisedMss(v4)) - (timestamps ? TIMESTAMPS_LENGTH : 0);
    }

    /** The same for a path whose MTU is smaller than the device's, but not below what is believed of a path. */
    int segmentSizeForMtu(int pathMtu, boolean v4, boolean timestamps) {
        int carried = Math.max(pathMtu, v4 ? minPathMtuV4 : TcpLimits.MIN_PATH_MTU_V6);
        return carried - (v4 ? 40 : 60) - (timestamps ? TIMESTAMPS_LENGTH : 0);
    }

    /** The size to fall back to when full segments vanish: RFC 8899 §5.1.2 BASE_PLPMTU. */
    int baseSegmentSize(TcpConnection connection) {
        return segmentSizeForMtu(TcpLimits.BASE_PATH_MTU_V4, connection.isV4(), connection.timestamps.enabled);
    }

    /** Most octets of payload in one packet: as many whole segments as a super-packet holds. */
    int greatestPayload(TcpConnection connection) {
        int segment = connection.sender.segmentSize();
        boolean v4 = connection.isV4();
        if (!(v4 ? offload.tcp4() : offload.tcp6())) {
            return segment;
        }
        int header = TcpHeader.MIN_LENGTH + (connection.timestamps.enabled ? TIMESTAMPS_LENGTH : 0);
        return (IpOutput.maxTransportLength(!v4) - header) / segment * segment;
    }

    /** A segment without payload of a connection past its handshake. False if the device is full. */
    boolean segment(TcpConnection connection, int sequence, int flags, long nowNanos) {
        return segment(connection, sequence, flags, 0, 0, 0, nowNanos);
    }

    /**
     * A segment of a connection past its handshake; the payload is what {@link TcpLayer#parts} holds.
     *
     * @param trafficClass of the IP header
     * @param segmentSize octets of payload a segment, if it is to be cut
     * @return false if the device is full
     */
    boolean segment(
            TcpConnection connection,
            int sequence,
            int flags,
            int trafficClass,
            int payload,
            int segmentSize,
            long nowNanos) {
        ip.begin(connection);
        ByteBuffer nio = ip.headers();
        int at = ip.transportAt();
        int end = at + TcpHeader.MIN_LENGTH;
        if (connection.timestamps.enabled) {
            end = TcpOptionWriter.timestamps(
                    nio, end, connection.timestamps.now(nowNanos), connection.timestamps.recent());
        }
        boolean blocks = payload == 0;
        if (blocks && connection.sackEnabled) {
            end = sack(connection, nio, end);
        }
        int headerLength = end - at;
        Receiver receiver = connection.receiver;
        TcpHeader.write(
                nio,
                at,
                connection.localPort(),
                connection.remotePort(),
                sequence,
                receiver.next,
                headerLength,
                flags | connection.ecn.flags(),
                receiver.advertise());
        GatheredParts parts = layer.parts();
        if (!ip.sendTcp(headerLength, trafficClass, parts.buffers, parts.count(), payload, segmentSize)) {
            return false;
        }
        layer.counters().count(Counter.TCP_SEGMENTS_SENT);
        receiver.acknowledged(blocks);
        return true;
    }

    private int sack(TcpConnection connection, ByteBuffer nio, int at) {
        // RFC 2018 §3: four blocks, three beside timestamps
        int count = connection.receiver.blocks(edges, connection.timestamps.enabled ? 3 : 4);
        if (count == 0) {
            return at;
        }
        int end = TcpOptionWriter.sackHeader(nio, at, count);
        for (int i = 0; i < count; i++) {
            end = TcpOptionWriter.sackBlock(nio, end, edges[2 * i], edges[2 * i + 1]);
        }
        return end;
    }

    /** SYN, ACK: an option only if the SYN had it. */
    void synAck(TcpConnection connection, long nowNanos) {
        ip.begin(connection);
        ByteBuffer nio = ip.headers();
        int at = ip.transportAt();
        int end = TcpOptionWriter.mss(nio, at + TcpHeader.MIN_LENGTH, advertisedMss(connection.isV4()));
        if (connection.timestamps.enabled) {
            int value = connection.timestamps.now(nowNanos);
            int echo = connection.timestamps.recent();
            end = connection.sackEnabled
                    ? TcpOptionWriter.sackPermittedAndTimestamps(nio, end, value, echo)
                    : TcpOptionWriter.timestamps(nio, end, value, echo);
        } else if (connection.sackEnabled) {
            end = TcpOptionWriter.sackPermitted(nio, end);
        }
        if (connection.windowScaled) {
            end = TcpOptionWriter.windowScale(nio, end, layer.parameters().windowShift());
        }
        TcpHeader.write(
                nio,
                at,
                connection.localPort(),
                connection.remotePort(),
                connection.sender.unacknowledged,
                connection.receiver.next,
                end - at,
                TcpHeader.SYN | TcpHeader.ACK | (connection.ecn.isEnabled() ? TcpHeader.ECE : 0), // RFC 3168 §6.1.1
                connection.receiver.advertiseUnscaled());
        if (ip.sendTcp(end - at, 0)) {
            layer.counters().count(Counter.TCP_SEGMENTS_SENT);
        }
    }

    /** SYN, ACK that nothing remembers: {@link SynCookies}. */
    void cookie(Segment syn, int ports, int isn, int timestamp) {
        var packet = syn.packet;
        ip.begin(!packet.v6, packet.destinationHigh, packet.destinationLow, packet.sourceHigh, packet.sourceLow);
        ByteBuffer nio = ip.headers();
        int at = ip.transportAt();
        int end = TcpOptionWriter.mss(nio, at + TcpHeader.MIN_LENGTH, advertisedMss(!packet.v6));
        int flags = TcpHeader.SYN | TcpHeader.ACK;
        if (syn.options.hasTimestamps()) {
            int value = SynCookies.timestamp(syn, timestamp);
            int echo = syn.options.timestampValue();
            end = syn.options.sackPermitted()
                    ? TcpOptionWriter.sackPermittedAndTimestamps(nio, end, value, echo)
                    : TcpOptionWriter.timestamps(nio, end, value, echo);
            if (syn.options.windowScale() != TcpOptions.ABSENT) {
                end = TcpOptionWriter.windowScale(nio, end, layer.parameters().windowShift());
            }
            flags |= Ecn.isWanted(syn) ? TcpHeader.ECE : 0;
        }
        TcpHeader.write(nio, at, ports & 0xffff, ports >>> 16, isn, syn.sequence + 1, end - at, flags, 0xffff);
        if (ip.sendTcp(end - at, 0)) {
            layer.counters().count(Counter.TCP_SYN_COOKIES_SENT);
        }
    }

    /** RST of a connection: RFC 9293 §3.10.5, SEQ = SND.NXT; RFC 7323 §3.2: it SHOULD have timestamps. */
    void abort(TcpConnection connection, long nowNanos) {
        ip.begin(connection);
        ByteBuffer nio = ip.headers();
        int at = ip.transportAt();
        int end = at + TcpHeader.MIN_LENGTH;
        if (connection.timestamps.enabled) {
            int value = connection.timestamps.now(nowNanos);
            end = TcpOptionWriter.timestamps(nio, end, value, connection.timestamps.recent());
        }
        int sequence = connection.sender.next;
        int acknowledgment = connection.receiver.next;
        reset(connection.localPort(), connection.remotePort(), sequence, acknowledgment, end - at, TcpHeader.ACK);
    }

    /** RST to a SYN that nobody takes: RFC 9293 §3.10.7.1; after a cookie, to a connection the client believes to have. */
    void refuse(HalfOpen offer) {
        int sequence = offer.isProven() ? offer.initialSequence(0) + 1 : 0;
        bare(offer, sequence, offer.initialReceiveSequence + 1, TcpHeader.RST | TcpHeader.ACK);
    }

    /** RST with the sequence number that an unacceptable acknowledgement asks for: RFC 9293 §3.10.7.4 fifth check. */
    void resetAt(Endpoint endpoint, int sequence) {
        bare(endpoint, sequence, 0, TcpHeader.RST);
    }

    private void bare(Endpoint endpoint, int sequence, int acknowledgment, int flags) {
        ip.begin(endpoint);
        bareSegment(endpoint.localPort(), endpoint.remotePort(), sequence, acknowledgment, flags);
    }

    private void bareSegment(int from, int to, int sequence, int acknowledgment, int flags) {
        reset(from, to, sequence, acknowledgment, TcpHeader.MIN_LENGTH, flags);
    }

    private void reset(int from, int to, int sequence, int acknowledgment, int length, int flags) {
        TcpHeader.write(
                ip.headers(), ip.transportAt(), from, to, sequence, acknowledgment, length, flags | TcpHeader.RST, 0);
        if (ip.sendTcp(length, 0)) {
            layer.counters().count(Counter.TCP_RESETS_SENT);
        }
    }

    /** RFC 9293 §3.10.7.1: a segment that belongs to nothing. */
    void resetStray(Segment segment) {
        var packet = segment.packet;
        ip.begin(!packet.v6, packet.destinationHigh, packet.destinationLow, packet.sourceHigh, packet.sourceLow);
        int from = TcpHeader.destinationPort(packet.nio, packet.transportAt);
        int to = TcpHeader.sourcePort(packet.nio, packet.transportAt);
        if (segment.has(TcpHeader.ACK)) {
            bareSegment(from, to, segment.acknowledgment, 0, TcpHeader.RST);
        } else {
            bareSegment(from, to, 0, segment.end(), TcpHeader.RST | TcpHeader.ACK);
        }
    }

    /** A bare acknowledgement for an endpoint that is no connection any more. */
    void acknowledge(
            Endpoint endpoint,
            int sequence,
            int acknowledgment,
            int window,
            boolean timestamps,
            int timestamp,
            int echo) {
        ip.begin(endpoint);
        ByteBuffer nio = ip.headers();
        int at = ip.transportAt();
        int end = at + TcpHeader.MIN_LENGTH;
        if (timestamps) {
            end = TcpOptionWriter.timestamps(nio, end, timestamp, echo);
        }
        TcpHeader.write(
                nio,
                at,
                endpoint.localPort(),
                endpoint.remotePort(),
                sequence,
                acknowledgment,
                end - at,
                TcpHeader.ACK,
                Math.min(0xffff, window));
        if (ip.sendTcp(end - at, 0)) {
            layer.counters().count(Counter.TCP_SEGMENTS_SENT);
        }
    }
}
