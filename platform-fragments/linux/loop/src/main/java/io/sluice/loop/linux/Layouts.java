package io.sluice.loop.linux;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Structures of the kernel on 64-bit machines (x86_64, aarch64), in octets, and its numbers; sources beside them. */
final class Layouts {

    /** struct iovec (linux/uio.h): base, length. */
    static final int IOVEC = 16;

    static final int IOVEC_LENGTH = 8;

    /** struct mmsghdr (linux/socket.h): struct user_msghdr of 56 octets, then the length. */
    static final int MESSAGE = 64;

    static final int MESSAGE_NAME = 0;
    static final int MESSAGE_NAME_LENGTH = 8;
    static final int MESSAGE_VECTORS = 16;
    static final int MESSAGE_VECTOR_COUNT = 24;
    static final int MESSAGE_CONTROL = 32;
    static final int MESSAGE_CONTROL_LENGTH = 40;
    static final int MESSAGE_FLAGS = 48;
    static final int MESSAGE_LENGTH = 56;

    /** struct cmsghdr: length, level, type, then the data; CMSG_SPACE of two or four octets. */
    static final int CONTROL = 24;

    static final int CONTROL_LEVEL = 8;
    static final int CONTROL_TYPE = 12;
    static final int CONTROL_DATA = 16;

    /** struct sockaddr_in6 has 28 octets; rounded up. */
    static final int ADDRESS = 32;

    static final int ADDRESS4_LENGTH = 16;
    static final int ADDRESS6_LENGTH = 28;

    static final short AF_INET = 2;
    static final short AF_INET6 = 10;

    /** asm-generic/socket.h. */
    static final int SOL_SOCKET = 1;

    static final int SO_DOMAIN = 39;

    /** linux/udp.h, include/linux/socket.h. */
    static final int SOL_UDP = 17;

    static final int UDP_SEGMENT = 103;
    static final int UDP_GRO = 104;
    static final int MSG_TRUNC = 0x20;
    static final int MSG_DONTWAIT = 0x40;

    /** asm-generic/errno.h. */
    static final int EINTR = 4;

    static final int EIO = 5;
    static final int EAGAIN = 11;
    static final int EINVAL = 22;
    static final int EMSGSIZE = 90;
    static final int ECONNREFUSED = 111;

    /** Unaligned, since a segment of a byte buffer may begin anywhere. */
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    static final ValueLayout.OfLong NETWORK_LONG = LONG.withOrder(ByteOrder.BIG_ENDIAN);
    static final ValueLayout.OfInt NETWORK_INT = INT.withOrder(ByteOrder.BIG_ENDIAN);
    static final ValueLayout.OfShort NETWORK_SHORT = SHORT.withOrder(ByteOrder.BIG_ENDIAN);

    private Layouts() {}
}
