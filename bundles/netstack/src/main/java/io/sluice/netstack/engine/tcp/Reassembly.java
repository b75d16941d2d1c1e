package io.sluice.netstack.engine.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.sluice.netstack.engine.MemoryBudget;
import io.sluice.netstack.engine.Payloads;
import java.util.Arrays;

/**
 * Octets that arrived ahead of RCV.NXT, and the SACK blocks that tell the peer of them.
 *
 * <p>Pieces are kept in order and never overlap. Octets that arrived first win: a segment that covers known octets again fills the gaps only
 * (RFC 9293 §3.10.7.4 leaves it open; this way a second version of the same octets never reaches the user). Bounded by the receive window
 * and by {@link TcpLimits#MAX_REASSEMBLY_PIECES}.
 */
final class Reassembly {

    private static final int MIN_CAPACITY = 16;
    /** RFC 2018 §4: how many blocks are remembered, the newest first. */
    private static final int REMEMBERED = 4;

    private final ByteBufAllocator allocator;
    private final MemoryBudget memory;
    private int[] starts = new int[MIN_CAPACITY];
    private ByteBuf[] pieces = new ByteBuf[MIN_CAPACITY];
    private int count;
    /** An octet of each block reported lately, the newest first. */
    private final int[] recent = new int[REMEMBERED];

    private int recentCount;

    Reassembly(ByteBufAllocator allocator, MemoryBudget memory) {
        this.allocator = allocator;
        this.memory = memory;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /**
     * Keeps what is new in the segment's payload. What begins at {@code next} is kept however many pieces there are: it is taken at once, and
     * without it the peer could repeat it for ever.
     *
     * @return octets kept; −1 if there was no room for all of it
     */
    int insert(Segment segment, int next) {
        int sequence = segment.sequence;
        int end = sequence + segment.payloadLength;
        int index = find(sequence);
        int kept = 0;
        while (Sequence.isBefore(sequence, end)) {
            if (index < count && !Sequence.isAfter(starts[index], sequence)) {
                sequence = Sequence.max(sequence, endOf(index));
                index++;
                continue;
            }
            int upTo = index < count ? Sequence.min(end, starts[index]) : end;
            if (count >= TcpLimits.MAX_REASSEMBLY_PIECES && sequence != next) {
                return -1;
            }
            int length = upTo - sequence;
            int at = segment.payloadAt + sequence - segment.sequence;
            add(index, sequence, Payloads.keep(segment.packet, at, length, allocator));
            memory.take(length);
            kept += length;
            sequence = upTo;
            index++;
        }
        if (kept > 0) {
            remember(segment.sequence);
        }
        return kept;
    }

    /** Takes the first piece if it begins at {@code next}; null if it does not. Ownership passes, its memory stays taken. */
    ByteBuf takeAt(int next) {
        if (count == 0 || starts[0] != next) {
            return null;
        }
        ByteBuf piece = pieces[0];
        count--;
        System.arraycopy(starts, 1, starts, 0, count);
        System.arraycopy(pieces, 1, pieces, 0, count);
        pieces[count] = null;
        if (count == 0) {
            recentCount = 0;
        }
        return piece;
    }

    /** RFC 2018 §4: writes up to {@code max} blocks as pairs of edges, that of the latest segment first; returns how many. */
    int blocks(int[] edges, int max) {
        int blocks = 0;
        int alive = 0;
        for (int i = 0; i < recentCount; i++) {
            int index = find(recent[i]);
            if (index == count || Sequence.isAfter(starts[index], recent[i])) {
                continue; // delivered meanwhile
            }
            int left = index;
            while (left > 0 && endOf(left - 1) == starts[left]) {
                left--;
            }
            if (isListed(edges, blocks, starts[left])) {
                continue; // grown together with a newer one
            }
            recent[alive++] = recent[i];
            if (blocks < max) {
                int right = index;
                while (right + 1 < count && endOf(right) == starts[right + 1]) {
                    right++;
                }
                edges[2 * blocks] = starts[left];
                edges[2 * blocks + 1] = endOf(right);
                blocks++;
            }
        }
        recentCount = alive;
        return blocks;
    }

    private static boolean isListed(int[] edges, int blocks, int left) {
        for (int i = 0; i < blocks; i++) {
            if (edges[2 * i] == left) {
                return true;
            }
        }
        return false;
    }

    private void remember(int sequence) {
        int last = Math.min(recentCount, REMEMBERED - 1);
        System.arraycopy(recent, 0, recent, 1, last);
        recent[0] = sequence;
        recentCount = last + 1;
    }

    /** Index of the first piece that ends behind {@code sequence}. */
    private int find(int sequence) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = low + high >>> 1;
            if (Sequence.isAfter(endOf(middle), sequence)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private int endOf(int index) {
        return starts[index] + pieces[index].readableBytes();
    }

    private void add(int index, int start, ByteBuf piece) {
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, count * 2);
            pieces = Arrays.copyOf(pieces, count * 2);
        }
        System.arraycopy(starts, index, starts, index + 1, count - index);
        System.arraycopy(pieces, index, pieces, index + 1, count - index);
        starts[index] = start;
        pieces[index] = piece;
        count++;
    }

    void clear() {
        for (int i = 0; i < count; i++) {
            memory.give(pieces[i].readableBytes());
            pieces[i].release();
            pieces[i] = null;
        }
        count = 0;
        recentCount = 0;
    }
}
