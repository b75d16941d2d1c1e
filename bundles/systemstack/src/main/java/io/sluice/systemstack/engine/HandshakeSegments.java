package io.sluice.systemstack.engine;

import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.IncomingPacket;
import io.sluice.netstack.engine.IpOutput;
import io.sluice.netstack.engine.StackEngine;
import io.sluice.wire.TcpHeader;
import io.sluice.wire.TcpOptionWriter;
import io.sluice.wire.TcpOptions;
import java.nio.ByteBuffer;

/** Writes the segments that the stack sends in the name of one side or the other: kept SYNs, the acknowledgement of a handshake, resets. */
final class HandshakeSegments {

    private final StackEngine engine;
    private final IpOutput output;
    private final TcpOptions options = new TcpOptions();

    HandshakeSegments(StackEngine engine) {
        this.engine = engine;
        this.output = engine.output();
    }

    /** A copy of a segment's header with its options; payload of a SYN is left out, so the client sends it again (RFC 9293 §3.4 allows it). */
    static byte[] header(IncomingPacket packet) {
        byte[] copy = new byte[TcpHeader.headerLength(packet.nio, packet.transportAt)];
        packet.nio.get(packet.transportAt, copy);
        return copy;
    }

    /** The client's SYN to the kernel's listener. */
    void syn(NatSession session) {
        toKernel(session);
        send(session.syn, session.natPort, session.kernel.port());
    }

    /**
     * Completes the kernel's handshake in the client's name. The window is the one that the SYN announced, in the scale that holds from now on;
     * the timestamp is the SYN's, echoing the answer's (RFC 7323 §3.2), so whatever the client sends itself is not older.
     *
     * @param synAck the kernel's answer
     */
    void acknowledge(NatSession session, byte[] synAck) {
        ByteBuffer answer = ByteBuffer.wrap(synAck);
        options.parse(answer, 0);
        boolean timestamps = options.hasTimestamps();
        int echo = options.timestampValue();
        boolean scaled = options.windowScale() != TcpOptions.ABSENT;
        ByteBuffer syn = ByteBuffer.wrap(session.syn);
        options.parse(syn, 0);
        int shift = scaled && options.windowScale() != TcpOptions.ABSENT ? options.windowScale() : 0;
        toKernel(session);
        ByteBuffer nio = output.headers();
        int at = output.transportAt();
        int end = at + TcpHeader.MIN_LENGTH;
        if (timestamps) {
            end = TcpOptionWriter.timestamps(nio, end, options.timestampValue(), echo);
        }
        TcpHeader.write(
                nio,
                at,
                session.natPort,
                session.kernel.port(),
                TcpHeader.sequence(syn, 0) + 1,
                TcpHeader.sequence(answer, 0) + 1,
                end - at,
                TcpHeader.ACK,
                TcpHeader.window(syn, 0) >> shift);
        output.sendTcp(end - at, 0);
    }

    /** The kernel's SYN, ACK to the client. */
    void synAck(NatSession session) {
        output.begin(session);
        send(session.synAck, session.localPort(), session.remotePort());
    }

    /** A reset of what the kernel holds at this session's port. */
    void resetKernel(NatSession session, int sequence) {
        toKernel(session);
        reset(session.natPort, session.kernel.port(), sequence, 0, TcpHeader.RST);
    }

    /** RST to a SYN that nobody takes: RFC 9293 §3.10.7.1. */
    void refuse(NatSession session) {
        output.begin(session);
        toClient(session, 0, session.clientSequence + 1);
    }

    /** RST of a connection in the kernel's name. */
    void resetClient(NatSession session) {
        output.begin(session);
        toClient(session, session.kernelNext, session.kernelAcknowledgment);
    }

    private void toClient(NatSession session, int sequence, int acknowledgment) {
        reset(session.localPort(), session.remotePort(), sequence, acknowledgment, TcpHeader.RST | TcpHeader.ACK);
        engine.counters().count(Counter.TCP_RESETS_SENT);
    }

    /** RFC 9293 §3.10.7.1: a segment that belongs to nothing. */
    void resetStray(IncomingPacket packet) {
        ByteBuffer nio = packet.nio;
        int at = packet.transportAt;
        int flags = TcpHeader.flags(nio, at);
        output.begin(!packet.v6, packet.destinationHigh, packet.destinationLow, packet.sourceHigh, packet.sourceLow);
        int from = TcpHeader.destinationPort(nio, at);
        int to = TcpHeader.sourcePort(nio, at);
        if ((flags & TcpHeader.ACK) != 0) {
            reset(from, to, TcpHeader.acknowledgment(nio, at), 0, TcpHeader.RST);
        } else {
            reset(from, to, 0, end(packet), TcpHeader.RST | TcpHeader.ACK);
        }
        engine.counters().count(Counter.TCP_RESETS_SENT);
    }

    /** Sequence number behind a segment: RFC 9293 §3.3.1. */
    static int end(IncomingPacket packet) {
        ByteBuffer nio = packet.nio;
        int at = packet.transportAt;
        int flags = TcpHeader.flags(nio, at);
        return TcpHeader.sequence(nio, at)
                + packet.transportLength
                - TcpHeader.headerLength(nio, at)
                + (flags & TcpHeader.FIN)
                + ((flags & TcpHeader.SYN) >>> 1);
    }

    private void toKernel(NatSession session) {
        KernelSide kernel = session.kernel;
        output.begin(session.isV4(), kernel.farHigh(), kernel.farLow(), kernel.ownHigh(), kernel.ownLow());
    }

    private void send(byte[] header, int from, int to) {
        ByteBuffer nio = output.headers();
        int at = output.transportAt();
        nio.put(at, header);
        nio.putInt(at, from << 16 | to);
        output.sendTcp(header.length, 0);
    }

    private void reset(int from, int to, int sequence, int acknowledgment, int flags) {
        TcpHeader.write(
                output.headers(),
                output.transportAt(),
                from,
                to,
                sequence,
                acknowledgment,
                TcpHeader.MIN_LENGTH,
                flags,
                0);
        output.sendTcp(TcpHeader.MIN_LENGTH, 0);
    }
}
