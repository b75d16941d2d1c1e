package io.sluice.loop.linux;

import static io.sluice.loop.linux.Layouts.*;

import io.netty.buffer.ByteBuf;
import io.netty.channel.unix.Buffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * The vectors of one {@code sendmmsg}. Theory of operation: {@link #plan} goes through what is pending and makes messages of it. Datagrams
 * of one size to one destination, the last of which may be shorter, become one message with UDP_SEGMENT, however many headers and slices
 * they are gathered from: the kernel then takes one walk down its stack for all of them. Every other datagram is a message of its own.
 *
 * <p>One set a loop, as it lives only from planning to sending.
 */
final class SendVectors {

    static final int MESSAGES = PendingDatagrams.ENTRIES;

    /** A header and a slice for each datagram of the fullest message, many times. */
    private static final int VECTORS = 512;

    /** Datagrams a message: UDP_MAX_SEGMENTS of Linux before 6.9 (include/linux/udp.h). */
    static final int MAX_SEGMENTS = 64;

    /** What one IPv4 packet may hold behind IP and UDP header (RFC 791 §3.1, RFC 768). */
    static final int MAX_OCTETS = 65_507;

    private final Addresses addresses;
    private final MemorySegment messages = Arena.ofAuto().allocate((long) MESSAGES * MESSAGE, 8);
    private final MemorySegment vectors = Arena.ofAuto().allocate((long) VECTORS * IOVEC, 8);
    private final MemorySegment controls = Arena.ofAuto().allocate((long) MESSAGES * CONTROL, 8);
    private final MemorySegment names = Arena.ofAuto().allocate((long) MESSAGES * ADDRESS, 8);
    private final int[] entries = new int[MESSAGES + 1];
    private final int[] offsets = new int[MESSAGES + 1];
    private final int[] datagrams = new int[MESSAGES];
    private final int[] sizes = new int[MESSAGES];
    private int used;
    private long lastEnd;

    SendVectors(Addresses addresses) {
        this.addresses = addresses;
        for (int i = 0; i < MESSAGES; i++) {
            controls.set(LONG, (long) i * CONTROL, CONTROL_DATA + Short.BYTES);
            controls.set(INT, (long) i * CONTROL + CONTROL_LEVEL, SOL_UDP);
            controls.set(INT, (long) i * CONTROL + CONTROL_TYPE, UDP_SEGMENT);
        }
    }

    MemorySegment messages() {
        return messages;
    }

    /** Entry that a message begins in; of the number of messages: that the next plan begins in. */
    int entry(int message) {
        return entries[message];
    }

    /** Octets of that entry that go before it. */
    int offset(int message) {
        return offsets[message];
    }

    /** Datagrams in a message. */
    int datagrams(int message) {
        return datagrams[message];
    }

    /** Octets of a message's first datagram. */
    int size(int message) {
        return sizes[message];
    }

    /**
     * Makes messages of what is pending, as far as there is room.
     *
     * @param largestSegment datagrams above it go alone; 0 lets every datagram go alone
     * @param six whether the socket is of AF_INET6
     * @return messages
     */
    int plan(PendingDatagrams pending, int largestSegment, boolean six) {
        int message = 0;
        int entry = pending.entry;
        int offset = pending.offset;
        used = 0;
        while (message < MESSAGES && entry < pending.count && used + 2 <= VECTORS) {
            entries[message] = entry;
            offsets[message] = offset;
            InetSocketAddress to = pending.destinations[entry];
            int first = used;
            int number = 0;
            int size = 0;
            int total = 0;
            lastEnd = 0;
            while (entry < pending.count && used + 2 <= VECTORS) {
                ByteBuf payload = pending.payloads[entry];
                ByteBuf header = pending.headers[entry];
                int before = header == null ? 0 : header.readableBytes();
                int left = payload.readableBytes() - offset;
                int segment = pending.segments[entry];
                int length = segment > 0 && segment < left ? segment : left;
                int whole = before + length;
                if (number == 0) {
                    size = whole;
                } else if (whole > size
                        || whole == 0
                        || number == MAX_SEGMENTS
                        || total + whole > MAX_OCTETS
                        || !same(to, pending.destinations[entry])) {
                    break;
                }
                if (before > 0) {
                    add(address(header, header.readerIndex(), before), before);
                }
                if (length > 0) {
                    add(address(payload, payload.readerIndex() + offset, length), length);
                }
                number++;
                total += whole;
                offset += length;
                if (offset >= payload.readableBytes()) {
                    entry++;
                    offset = 0;
                }
                if (whole < size || whole == 0 || whole > largestSegment) {
                    break;
                }
            }
            datagrams[message] = number;
            sizes[message] = size;
            complete(message, to, six, first, number > 1 ? size : 0);
            message++;
        }
        entries[message] = entry;
        offsets[message] = offset;
        return message;
    }

    private static boolean same(InetSocketAddress a, InetSocketAddress b) {
        return a == b || (a != null && a.equals(b));
    }

    /** Datagrams that lie behind one another in memory share a vector. */
    private void add(long address, int length) {
        if (address == lastEnd) {
            long at = (long) (used - 1) * IOVEC + IOVEC_LENGTH;
            vectors.set(LONG, at, vectors.get(LONG, at) + length);
        } else {
            long at = (long) used * IOVEC;
            vectors.set(LONG, at, address);
            vectors.set(LONG, at + IOVEC_LENGTH, length);
            used++;
        }
        lastEnd = address + length;
    }

    private void complete(int message, InetSocketAddress to, boolean six, int first, int segmentSize) {
        long at = (long) message * MESSAGE;
        long name = 0;
        int nameLength = 0;
        if (to != null) {
            // An address that this socket cannot reach leaves no name, and the kernel says so.
            nameLength = addresses.write(to, six, names, (long) message * ADDRESS);
            name = nameLength == 0 ? 0 : names.address() + (long) message * ADDRESS;
        }
        messages.set(LONG, at + MESSAGE_NAME, name);
        messages.set(INT, at + MESSAGE_NAME_LENGTH, nameLength);
        messages.set(LONG, at + MESSAGE_VECTORS, vectors.address() + (long) first * IOVEC);
        messages.set(LONG, at + MESSAGE_VECTOR_COUNT, used - first);
        long control = (long) message * CONTROL;
        if (segmentSize > 0) {
            controls.set(SHORT, control + CONTROL_DATA, (short) segmentSize);
            messages.set(LONG, at + MESSAGE_CONTROL, controls.address() + control);
            messages.set(LONG, at + MESSAGE_CONTROL_LENGTH, CONTROL);
        } else {
            messages.set(LONG, at + MESSAGE_CONTROL, 0);
            messages.set(LONG, at + MESSAGE_CONTROL_LENGTH, 0);
        }
        messages.set(INT, at + MESSAGE_FLAGS, 0);
    }

    /** Where the octets of a direct buffer lie. */
    static long address(ByteBuf buffer, int index, int length) {
        if (buffer.hasMemoryAddress()) {
            return buffer.memoryAddress() + index;
        }
        ByteBuffer view = buffer.internalNioBuffer(index, length);
        return Buffer.memoryAddress(view) + view.position();
    }
}
