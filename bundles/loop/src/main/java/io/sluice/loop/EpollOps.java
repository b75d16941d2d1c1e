package io.sluice.loop;

import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoOps;

/** Netty makes a new object for every combination of epoll's bits but a few; here are all that occur, made once. */
final class EpollOps {

    private static final int[] BITS = {
        EpollIoOps.EPOLLIN.value(),
        EpollIoOps.EPOLLOUT.value(),
        EpollIoOps.EPOLLERR.value(),
        EpollIoOps.EPOLLRDHUP.value(),
        EpollIoOps.EPOLLET.value(),
        // EPOLLHUP (sys/epoll.h), which Netty has no name for
        0x10
    };

    private static final Event[] ALL = new Event[1 << BITS.length];

    static {
        for (int set = 0; set < ALL.length; set++) {
            int value = 0;
            for (int bit = 0; bit < BITS.length; bit++) {
                value |= (set & 1 << bit) != 0 ? BITS[bit] : 0;
            }
            ALL[set] = new Event(EpollIoOps.valueOf(value));
        }
    }

    private record Event(EpollIoOps ops) implements EpollIoEvent {}

    private EpollOps() {}

    /** Bits that are not among them are dropped. */
    static EpollIoOps of(int value) {
        return ALL[index(value)].ops();
    }

    static EpollIoEvent event(int value) {
        return ALL[index(value)];
    }

    private static int index(int value) {
        int set = 0;
        for (int bit = 0; bit < BITS.length; bit++) {
            set |= (value & BITS[bit]) != 0 ? 1 << bit : 0;
        }
        return set;
    }
}
