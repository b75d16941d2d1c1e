package io.sluice.netstack.engine.tcp;

import java.util.Arrays;

/**
 * What is in flight: one record per packet sent (RFC 8985 §5.2), in order of sequence numbers, FIN included as the octet it occupies.
 *
 * <p>A super-packet is one record of up to 64 KiB. An acknowledgement, SACK block or retransmission that covers part of it splits it; runs of
 * SACKed records are merged, so the records stay few whatever the blocks are. Parallel arrays: no object per packet. At {@link
 * TcpLimits#MAX_RECORDS} nothing is split or sent any more until some are acknowledged.
 */
final class Scoreboard {

    static final int SACKED = 1;
    /** Deemed lost and not sent again since. */
    static final int LOST = 2;
    /** Sent more than once. */
    static final int RETRANSMITTED = 4;

    private static final int MIN_CAPACITY = 8;
    /** Larger arrays are given back when nothing is in flight. */
    private static final int KEPT_CAPACITY = 64;

    private int[] starts;
    private int[] lengths;
    private long[] sentAt;
    private byte[] flags;
    private int head;
    private int tail;
    private int sackedBytes;
    private int lostBytes;
    private int totalBytes;
    /** Null unless the congestion control wants rates. */
    private final DeliveryRate rates;

    Scoreboard(DeliveryRate rates) {
        this.rates = rates;
    }

    boolean isEmpty() {
        return head == tail;
    }

    boolean isFull() {
        return tail - head >= TcpLimits.MAX_RECORDS;
    }

    /** Index of the first record; records are {@code first()} … {@code end() − 1}. Splitting moves those behind, sending may move all. */
    int first() {
        return head;
    }

    int end() {
        return tail;
    }

    int start(int index) {
        return starts[index];
    }

    int length(int index) {
        return lengths[index];
    }

    int endOf(int index) {
        return starts[index] + lengths[index];
    }

    long sentAt(int index) {
        return sentAt[index];
    }

    boolean is(int index, int flag) {
        return (flags[index] & flag) != 0;
    }

    int sackedBytes() {
        return sackedBytes;
    }

    int lostBytes() {
        return lostBytes;
    }

    /** RFC 6675 §4 pipe: octets believed to be on the way. */
    int inFlightBytes() {
        return totalBytes - sackedBytes - lostBytes;
    }

    /** New octets were sent. */
    void sent(int start, int length, long nowNanos) {
        if (starts == null) {
            allocate(MIN_CAPACITY);
        }
        makeRoom();
        starts[tail] = start;
        lengths[tail] = length;
        sentAt[tail] = nowNanos;
        flags[tail] = 0;
        tail++;
        totalBytes += length;
        if (rates != null) {
            rates.sent(tail - 1, length, inFlightBytes(), nowNanos);
        }
    }

    /** The record was sent again as a whole. */
    void sentAgain(int index, long nowNanos) {
        if (is(index, LOST)) {
            lostBytes -= lengths[index];
        }
        flags[index] = (byte) (flags[index] & ~LOST | RETRANSMITTED);
        sentAt[index] = nowNanos;
        if (rates != null) {
            rates.sent(index, lengths[index], inFlightBytes(), nowNanos);
        }
    }

    void markLost(int index) {
        if ((flags[index] & (SACKED | LOST)) == 0) {
            flags[index] |= LOST;
            lostBytes += lengths[index];
            if (rates != null) {
                rates.lost(index, lengths[index]);
            }
        }
    }

    /** RFC 6298 §5.4 after a time-out: everything that was not SACKed is to be sent again. */
    void markAllLost() {
        for (int i = head; i < tail; i++) {
            markLost(i);
        }
    }

    /** Eifel, DSACK: what was deemed lost is on its way. */
    void unmarkLost() {
        for (int i = head; i < tail; i++) {
            flags[i] &= ~LOST;
        }
        lostBytes = 0;
    }

    /** RFC 6675 §5.1 reneging: forget what the peer said it has. */
    void forgetSacked() {
        for (int i = head; i < tail; i++) {
            flags[i] &= ~SACKED;
        }
        sackedBytes = 0;
    }

    /** Index of the first lost record, or −1. */
    int firstLost() {
        if (lostBytes > 0) {
            for (int i = head; i < tail; i++) {
                if ((flags[i] & LOST) != 0) {
                    return i;
                }
            }
        }
        return -1;
    }

    /** Octets of the record that begins at {@code start}, if it is deemed lost; else 0. */
    int lostBytesAt(int start) {
        int index = find(start);
        return index < tail && starts[index] == start && is(index, LOST) ? lengths[index] : 0;
    }

    /** Everything before {@code acknowledgment} has arrived. */
    void acknowledge(int acknowledgment, LossRecovery told) {
        while (head < tail && Sequence.isBefore(starts[head], acknowledgment)) {
            int covered = Math.min(lengths[head], acknowledgment - starts[head]);
            if (is(head, SACKED)) {
                sackedBytes -= covered;
            } else {
                if (is(head, LOST)) {
                    lostBytes -= covered;
                }
                told.delivered(head, starts[head] + covered, covered, sentAt[head], is(head, RETRANSMITTED));
            }
            totalBytes -= covered;
            starts[head] += covered;
            lengths[head] -= covered;
            if (lengths[head] > 0) {
                return;
            }
            head++;
        }
        if (head == tail) {
            head = 0;
            tail = 0;
            if (starts != null && starts.length > KEPT_CAPACITY) {
                starts = null;
                lengths = null;
                sentAt = null;
                flags = null;
            }
        }
    }

    /** The octets from {@code left} up to {@code right} have arrived out of order. */
    void sack(int left, int right, LossRecovery told) {
        int index = find(left);
        while (index < tail && Sequence.isBefore(starts[index], right)) {
            if (!is(index, SACKED) && Sequence.isBefore(left, endOf(index))) {
                if (Sequence.isBefore(starts[index], left)) {
                    if (!split(index, left - starts[index])) {
                        return;
                    }
                    index++;
                }
                if (Sequence.isAfter(endOf(index), right) && !split(index, right - starts[index])) {
                    return;
                }
                told.delivered(index, endOf(index), lengths[index], sentAt[index], is(index, RETRANSMITTED));
                if (is(index, LOST)) {
                    lostBytes -= lengths[index];
                }
                flags[index] = (byte) (flags[index] & ~LOST | SACKED);
                sackedBytes += lengths[index];
                index = mergeSacked(index);
            }
            index++;
        }
    }

    /** Index of the record that holds {@code sequence}, or of the first behind it. */
    private int find(int sequence) {
        int low = head;
        int high = tail;
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

    /** Cuts a record behind its first {@code octets}; false if there are too many already. */
    boolean split(int index, int octets) {
        if (isFull()) {
            return false;
        }
        if (tail == starts.length) {
            grow();
        }
        int count = tail - index - 1;
        System.arraycopy(starts, index + 1, starts, index + 2, count);
        System.arraycopy(lengths, index + 1, lengths, index + 2, count);
        System.arraycopy(sentAt, index + 1, sentAt, index + 2, count);
        System.arraycopy(flags, index + 1, flags, index + 2, count);
        if (rates != null) {
            rates.move(index, index + 1, count + 1);
        }
        starts[index + 1] = starts[index] + octets;
        lengths[index + 1] = lengths[index] - octets;
        sentAt[index + 1] = sentAt[index];
        flags[index + 1] = flags[index];
        lengths[index] = octets;
        tail++;
        return true;
    }

    private int mergeSacked(int index) {
        int merged = index;
        if (merged > head && is(merged - 1, SACKED)) {
            merged--;
            absorbNext(merged);
        }
        if (merged + 1 < tail && is(merged + 1, SACKED)) {
            absorbNext(merged);
        }
        return merged;
    }

    private void absorbNext(int index) {
        lengths[index] += lengths[index + 1];
        sentAt[index] = Math.max(sentAt[index], sentAt[index + 1]);
        int count = tail - index - 2;
        System.arraycopy(starts, index + 2, starts, index + 1, count);
        System.arraycopy(lengths, index + 2, lengths, index + 1, count);
        System.arraycopy(sentAt, index + 2, sentAt, index + 1, count);
        System.arraycopy(flags, index + 2, flags, index + 1, count);
        if (rates != null) {
            rates.move(index + 2, index + 1, count);
        }
        tail--;
    }

    /** Makes room for one more record at the end. */
    private void makeRoom() {
        if (tail < starts.length) {
            return;
        }
        if (head > starts.length / 2) {
            int count = tail - head;
            System.arraycopy(starts, head, starts, 0, count);
            System.arraycopy(lengths, head, lengths, 0, count);
            System.arraycopy(sentAt, head, sentAt, 0, count);
            System.arraycopy(flags, head, flags, 0, count);
            if (rates != null) {
                rates.move(head, 0, count);
            }
            tail = count;
            head = 0;
            return;
        }
        grow();
    }

    private void grow() {
        int capacity = starts.length * 2;
        starts = Arrays.copyOf(starts, capacity);
        lengths = Arrays.copyOf(lengths, capacity);
        sentAt = Arrays.copyOf(sentAt, capacity);
        flags = Arrays.copyOf(flags, capacity);
        if (rates != null) {
            rates.capacity(capacity);
        }
    }

    private void allocate(int capacity) {
        starts = new int[capacity];
        lengths = new int[capacity];
        sentAt = new long[capacity];
        flags = new byte[capacity];
        if (rates != null) {
            rates.capacity(capacity);
        }
    }
}
