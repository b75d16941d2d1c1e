package io.sluice.netstack.engine.tcp;

import io.sluice.netstack.engine.IncomingPacket;
import io.sluice.wire.TcpHeader;
import io.sluice.wire.TcpOptions;
import io.sluice.wire.Verdict;

/** The segment (or super-packet) being processed. One object a layer; trimming moves its fields. */
final class Segment {

    final TcpOptions options = new TcpOptions();

    IncomingPacket packet;
    long nowNanos;
    int sequence;
    int acknowledgment;
    int flags;
    /** The field as it stands. */
    int window;
    /** Index of the payload in the packet's view. */
    int payloadAt;

    int payloadLength;

    /** Reads header and options; anything but OK means that the segment is to be dropped. */
    Verdict read(IncomingPacket from) {
        packet = from;
        nowNanos = from.nowNanos;
        int at = from.transportAt;
        Verdict verdict = TcpHeader.check(from.nio, at, from.transportLength, from.addressSum, from.checksums);
        if (verdict != Verdict.OK) {
            return verdict;
        }
        sequence = TcpHeader.sequence(from.nio, at);
        acknowledgment = TcpHeader.acknowledgment(from.nio, at);
        flags = TcpHeader.flags(from.nio, at);
        window = TcpHeader.window(from.nio, at);
        int headerLength = TcpHeader.headerLength(from.nio, at);
        payloadAt = at + headerLength;
        payloadLength = from.transportLength - headerLength;
        return options.parse(from.nio, at);
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** SEG.LEN: RFC 9293 §3.3.1, payload and the two flags that occupy sequence space. */
    int length() {
        return payloadLength + (flags & TcpHeader.FIN) + ((flags & TcpHeader.SYN) >>> 1);
    }

    /** Sequence number behind the segment. */
    int end() {
        return sequence + length();
    }

    void trimFront(int octets) {
        sequence += octets;
        payloadAt += octets;
        payloadLength -= octets;
    }

    /** Cuts the payload's tail, and the FIN behind it. */
    void trimBack(int octets) {
        payloadLength -= octets;
        flags &= ~TcpHeader.FIN;
    }
}
