package io.sluice.netstack.engine.tcp;

import io.netty.buffer.ByteBuf;
import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.MemoryBudget;
import io.sluice.netstack.engine.Payloads;
import io.sluice.wire.TcpHeader;
import java.util.ArrayDeque;

/**
 * The receiving half of a connection: window, order, acknowledgements.
 *
 * <p>The window promises {@code limit} octets beyond what the user has taken and never shrinks (RFC 9293 §3.8.6). It grows only by whole
 * segments or half the limit (§3.8.6.2.2), so a slow user causes no silly windows.
 *
 * <p>Acknowledgements are sent at most once a batch: at once if a segment was out of order, filled a gap or was a duplicate, or if two full
 * segments have come (RFC 5681 §4.2); else after {@link TcpLimits#DELAYED_ACK}. A FIN is no different, as in Linux (tcp_input.c, tcp_fin).
 */
final class Receiver {

    private final TcpConnection connection;
    private final MemoryBudget memory;

    /** RCV.NXT. */
    int next;
    /** RCV.NXT + RCV.WND as last told. */
    private int edge;
    /** RCV.NXT when it was last told: Last.ACK.sent of RFC 7323 §4.3. */
    int lastAcknowledged;

    private final int shift;
    private int limit = TcpLimits.INITIAL_RECEIVE_LIMIT;
    private final WindowTuner tuner = new WindowTuner();

    private ArrayDeque<ByteBuf> queue;
    private int queuedBytes;
    /** Octets the user took since the window was last told. */
    private int takenBytes;
    /** A small buffer of our own at the queue's end, with room for more small payloads. */
    private ByteBuf open;

    private Reassembly reassembly;
    private boolean finKnown;
    private int finSequence;
    private boolean finReceived;

    private boolean acknowledgeNow;
    private int unacknowledgedBytes;
    /** Greatest payload of a segment seen: what a full segment is. */
    private int peerSegment = TcpLimits.DEFAULT_MSS_V4;
    /** 0 while none is due. */
    long delayedUntil;

    private boolean duplicate;
    private int duplicateLeft;
    private int duplicateRight;

    Receiver(TcpConnection connection, int initialReceiveSequence, int shift) {
        this.connection = connection;
        this.memory = connection.layer.engine().memory();
        this.next = initialReceiveSequence + 1;
        this.edge = next;
        this.lastAcknowledged = next;
        this.shift = shift;
    }

    /** RCV.WND as the peer knows it. */
    int window() {
        return edge - next;
    }

    boolean hasData() {
        return queuedBytes > 0;
    }

    int queuedBytes() {
        return queuedBytes;
    }

    boolean finReceived() {
        return finReceived;
    }

    /** Takes the payload and FIN of an acceptable segment, already trimmed to the window. */
    void accept(Segment segment, boolean discard) {
        int length = segment.payloadLength;
        if (segment.has(TcpHeader.FIN)) {
            finKnown = true;
            finSequence = segment.sequence + length;
        }
        if (length > 0) {
            int size = segment.packet.segmentSize > 0 ? Math.min(length, segment.packet.segmentSize) : length;
            peerSegment = Math.max(peerSegment, size);
            if (segment.sequence == next && (reassembly == null || reassembly.isEmpty())) {
                enqueue(segment, discard);
            } else {
                reorder(segment, discard);
            }
            unacknowledgedBytes += length;
            if (unacknowledgedBytes >= 2 * peerSegment) {
                acknowledgeNow = true; // RFC 9293 §3.8.6.3: at least every second full segment
            } else {
                acknowledgeLater(segment.nowNanos);
            }
            tuner.received(next, window(), segment.nowNanos);
        }
        if (finKnown && !finReceived && next == finSequence) {
            finReceived = true;
            next++;
            if (connection.sender.finQueued()) {
                acknowledgeNow = true;
            } else {
                // Our own FIN, or the rest of an answer, mostly follows at once and carries it.
                acknowledgeLater(segment.nowNanos);
            }
        } else if (segment.has(TcpHeader.FIN)) {
            acknowledgeNow = true; // RFC 5681 §4.2: there is a gap before it
        }
    }

    private void acknowledgeLater(long nowNanos) {
        if (delayedUntil == 0) {
            delayedUntil = nowNanos + connection.layer.parameters().delayedAck();
        }
    }

    private void enqueue(Segment segment, boolean discard) {
        int length = segment.payloadLength;
        next += length;
        if (discard) {
            return;
        }
        memory.take(length);
        queuedBytes += length;
        if (length < Payloads.COPY_BELOW && appendToOpen(segment, length)) {
            return;
        }
        append(Payloads.keep(segment.packet, segment.payloadAt, length, connection.layer.allocator()));
    }

    /** Small segments that come together are put together: one buffer for the user to write on, not forty. */
    private boolean appendToOpen(Segment segment, int length) {
        if (queue == null || queue.isEmpty()) {
            return false;
        }
        if (open == null || open.writableBytes() < length) {
            ByteBuf chunk = connection.layer.allocator().directBuffer(CHUNK, CHUNK);
            append(chunk);
            open = chunk;
        }
        open.writeBytes(segment.packet.buffer, segment.payloadAt + segment.packet.bufferShift, length);
        return true;
    }

    private static final int CHUNK = 16 * 1024;

    private void append(ByteBuf buffer) {
        if (queue == null) {
            queue = new ArrayDeque<>(4);
        }
        queue.add(buffer);
        open = null;
    }

    private void reorder(Segment segment, boolean discard) {
        acknowledgeNow = true; // RFC 5681 §4.2: on a gap and when one is filled
        if (reassembly == null) {
            reassembly = new Reassembly(connection.layer.allocator(), memory);
        }
        if (segment.sequence != next) {
            connection.layer.counters().count(Counter.TCP_OUT_OF_ORDER);
        }
        int kept = reassembly.insert(segment, next);
        if (kept == 0) {
            duplicate(segment.sequence, segment.sequence + segment.payloadLength);
        } else if (kept < 0) {
            connection.layer.counters().count(Counter.TCP_REASSEMBLY_FULL);
        }
        for (ByteBuf piece = reassembly.takeAt(next); piece != null; piece = reassembly.takeAt(next)) {
            int length = piece.readableBytes();
            next += length;
            if (discard) {
                memory.give(length);
                piece.release();
            } else {
                queuedBytes += length;
                append(piece);
            }
        }
    }

    /** RFC 2883 §4: octets that were here already. */
    void duplicate(int left, int right) {
        connection.layer.counters().count(Counter.TCP_DUPLICATE_DATA);
        acknowledgeNow = true;
        duplicate = true;
        duplicateLeft = left;
        duplicateRight = right;
    }

    /** The next buffer in order, or null; ownership passes. */
    ByteBuf poll(long nowNanos) {
        ByteBuf buffer = queue == null ? null : queue.poll();
        if (buffer != null) {
            int length = buffer.readableBytes();
            if (buffer == open) {
                open = null;
            }
            queuedBytes -= length;
            takenBytes += length;
            memory.give(length);
            grow(tuner.taken(length, peerSegment, nowNanos));
        }
        return buffer;
    }

    private void grow(int wanted) {
        if (wanted > limit && memory.mayGrow()) {
            limit = wanted;
        }
    }

    /** Whether the user took so much that the peer should know: RFC 9293 §3.8.6.2.2, and a quarter of the limit to keep it flowing. */
    boolean isWindowUpdateDue() {
        int current = window();
        int possible = possibleWindow();
        if (takenBytes == 0 || possible <= current || finReceived) {
            return false;
        }
        return takenBytes >= limit / 4
                || current < 2 * peerSegment && possible - current >= Math.min(limit / 2, peerSegment);
    }

    private int possibleWindow() {
        int bound = memory.isExhausted() ? Math.min(limit, TcpLimits.STARVED_RECEIVE_LIMIT) : limit;
        return Math.min(bound - queuedBytes, 0xffff << shift);
    }

    /** The window field of a segment about to be sent; moves the edge. */
    int advertise() {
        int possible = possibleWindow();
        int current = window();
        int chosen = possible - current >= Math.min(limit / 2, peerSegment) ? possible : current;
        // Rounded down: the peer may see up to 127 octets less than it was promised, which are still accepted. Rounding
        // up would let
        // the edge creep with each acknowledgement.
        int field = Math.min(0xffff, Math.max(0, chosen) >> shift);
        int told = next + (field << shift);
        if (Sequence.isAfter(told, edge)) {
            edge = told;
        }
        return field;
    }

    /** The window field of a SYN: RFC 7323 §2.2, never scaled. */
    int advertiseUnscaled() {
        int field = Math.min(0xffff, possibleWindow());
        edge = next + field;
        return field;
    }

    /** An acknowledgement went out, with or without SACK blocks. */
    void acknowledged(boolean withBlocks) {
        lastAcknowledged = next;
        unacknowledgedBytes = 0;
        takenBytes = 0;
        delayedUntil = 0;
        if (withBlocks || !hasBlocks()) {
            acknowledgeNow = false;
            duplicate = false;
        }
    }

    private boolean hasBlocks() {
        return connection.sackEnabled && (duplicate || reassembly != null && !reassembly.isEmpty());
    }

    /** SACK blocks for the next acknowledgement, DSACK first; returns how many. */
    int blocks(int[] edges, int max) {
        int blocks = 0;
        if (duplicate) {
            edges[0] = duplicateLeft;
            edges[1] = duplicateRight;
            blocks = 1;
        }
        if (reassembly != null && !reassembly.isEmpty()) {
            int[] rest = connection.layer.scratchEdges();
            int more = reassembly.blocks(rest, max - blocks);
            System.arraycopy(rest, 0, edges, 2 * blocks, 2 * more);
            blocks += more;
        }
        return blocks;
    }

    void acknowledgeNow() {
        acknowledgeNow = true;
    }

    /** Whether something has come that was not acknowledged, due or not. */
    boolean owesAcknowledgement() {
        return acknowledgeNow || delayedUntil != 0;
    }

    boolean isAcknowledgementDue(long nowNanos) {
        return acknowledgeNow || delayedUntil != 0 && nowNanos >= delayedUntil;
    }

    /** Releases what the user did not take. */
    void clear() {
        if (queue != null) {
            for (ByteBuf buffer = queue.poll(); buffer != null; buffer = queue.poll()) {
                memory.give(buffer.readableBytes());
                buffer.release();
            }
        }
        queuedBytes = 0;
        open = null;
        clearReassembly();
    }

    void clearReassembly() {
        if (reassembly != null) {
            reassembly.clear();
        }
    }
}
