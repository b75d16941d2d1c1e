package io.sluice.netstack.packetscript;

/** Linux's error numbers, negative as the calls return them. */
final class Errno {

    static final long EBADF = -9;
    static final long EAGAIN = -11;
    static final long EPIPE = -32;
    static final long ENOSYS = -38;
    static final long ENOPROTOOPT = -92;
    static final long EOPNOTSUPP = -95;
    static final long ECONNRESET = -104;
    static final long ENOTCONN = -107;
    static final long ETIMEDOUT = -110;

    private Errno() {}
}
