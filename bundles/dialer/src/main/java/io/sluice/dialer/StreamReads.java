package io.sluice.dialer;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;

/**
 * How much of a dialled socket is read at once. Each read tells the sender that there is room and wakes it up, so few large ones cost less than many
 * small ones. The size is guessed from the last reads and a buffer is taken only when there is something to read, so an idle flow holds none.
 */
final class StreamReads {

    /** Smallest read, in octets: a buffer that a slow peer's queue keeps is no larger than an interactive packet needs. */
    private static final int LEAST = 512;

    /** First read, in octets: holds the head of an HTTP answer. */
    private static final int FIRST = 4_096;

    /** Largest read, in octets: four TSO packets; beyond it the copy out of the kernel leaves a common L2 cache. */
    private static final int GREATEST = 256 * 1024;

    /** Reads for one wake-up; 4 of the largest are 1 MiB, then the other flows of the loop have their turn. */
    private static final int A_TURN = 4;

    /** For {@code ChannelOption.RECVBUF_ALLOCATOR}; every channel gets a guess of its own. */
    static final RecvByteBufAllocator ALLOCATOR =
            new AdaptiveRecvByteBufAllocator(LEAST, FIRST, GREATEST).maxMessagesPerRead(A_TURN);

    private StreamReads() {}
}
