package io.sluice.loop.linux;

import static io.sluice.loop.linux.Layouts.*;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;

/**
 * The vectors of one {@code recvmmsg}, each with a buffer for the largest datagram, or as many small ones as the kernel joins (UDP_GRO). A
 * buffer is lent out with a reference of its own; if that is kept, another takes its place. There are few until all of them are filled.
 *
 * <p>One set a loop.
 */
final class ReceiveSlots {

    private static final int FIRST = 4;

    /** Datagrams a call, then the loop's other sockets have their turn. Untouched pages of a buffer cost nothing. */
    private static final int MOST = 32;

    /** The largest datagram, and what GRO joins, is smaller (RFC 768: 16-bit length). */
    private static final int ROOM = 65_536;

    /** The buffers' first octets lie in different sets of a first-level cache, whose sets repeat every 4 KiB. */
    private static final int STAGGER = 128;

    private final Addresses addresses;
    private final ByteBufAllocator allocator;
    private final MemorySegment messages = Arena.ofAuto().allocate((long) MOST * MESSAGE, 8);
    private final MemorySegment vectors = Arena.ofAuto().allocate((long) MOST * IOVEC, 8);
    private final MemorySegment controls = Arena.ofAuto().allocate((long) MOST * CONTROL, 8);
    private final MemorySegment names = Arena.ofAuto().allocate((long) MOST * ADDRESS, 8);
    private final ByteBuf[] slots = new ByteBuf[MOST];
    private int size = FIRST;

    ReceiveSlots(Addresses addresses, ByteBufAllocator allocator) {
        this.addresses = addresses;
        this.allocator = allocator;
        for (int i = 0; i < MOST; i++) {
            long at = (long) i * MESSAGE;
            messages.set(LONG, at + MESSAGE_VECTORS, vectors.address() + (long) i * IOVEC);
            messages.set(LONG, at + MESSAGE_VECTOR_COUNT, 1);
            messages.set(LONG, at + MESSAGE_NAME, names.address() + (long) i * ADDRESS);
            messages.set(LONG, at + MESSAGE_CONTROL, controls.address() + (long) i * CONTROL);
            vectors.set(LONG, (long) i * IOVEC + IOVEC_LENGTH, ROOM);
        }
    }

    /** Datagrams received, or the negated errno. */
    int receive(SocketCalls calls, int fd) {
        for (int i = 0; i < size; i++) {
            if (slots[i] == null) {
                slots[i] = allocator.directBuffer(ROOM + MOST * STAGGER);
                vectors.set(LONG, (long) i * IOVEC, SendVectors.address(slots[i], i * STAGGER, ROOM));
            }
            long at = (long) i * MESSAGE;
            messages.set(INT, at + MESSAGE_NAME_LENGTH, ADDRESS);
            messages.set(LONG, at + MESSAGE_CONTROL_LENGTH, CONTROL);
        }
        return calls.receive(fd, messages, size, MSG_DONTWAIT);
    }

    /** Whether it was cut off. */
    boolean truncated(int i) {
        return (messages.get(INT, (long) i * MESSAGE + MESSAGE_FLAGS) & MSG_TRUNC) != 0;
    }

    /** The datagram; the caller owns this reference. */
    ByteBuf take(int i) {
        int length = messages.get(INT, (long) i * MESSAGE + MESSAGE_LENGTH);
        return slots[i].setIndex(i * STAGGER, i * STAGGER + length).retain();
    }

    /** Octets of each datagram if the kernel joined several, else 0. */
    int segmentSize(int i) {
        long control = (long) i * CONTROL;
        if (messages.get(LONG, (long) i * MESSAGE + MESSAGE_CONTROL_LENGTH) < CONTROL_DATA + Integer.BYTES
                || controls.get(INT, control + CONTROL_LEVEL) != SOL_UDP
                || controls.get(INT, control + CONTROL_TYPE) != UDP_GRO) {
            return 0;
        }
        int segment = controls.get(INT, control + CONTROL_DATA);
        return segment < messages.get(INT, (long) i * MESSAGE + MESSAGE_LENGTH) ? segment : 0;
    }

    InetSocketAddress from(int i) {
        return addresses.read(names, (long) i * ADDRESS);
    }

    /** The receiver is through with that many. */
    void handled(int count) {
        for (int i = 0; i < count; i++) {
            if (slots[i].refCnt() > 1) {
                slots[i].release();
                slots[i] = null;
            }
        }
        if (count == size && size < MOST) {
            size *= 2;
        }
    }

    void release() {
        for (int i = 0; i < MOST; i++) {
            if (slots[i] != null) {
                slots[i].release();
                slots[i] = null;
            }
        }
    }
}
