package io.sluice.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.net.InetAddress;
import java.util.Locale;

/** Blocking sockets of the kernel by their descriptors, for {@link SpliceRelay} and {@link SynSender}. */
final class KernelSockets {

    /** A system call that failed. */
    static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1;

        Failure(String call, int errno) {
            super(call + ": errno " + errno);
        }
    }

    static final int AF_INET = 2;
    private static final int SOCK_STREAM_CLOEXEC = 1 | 0x80000;
    private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
    private static final int IPPROTO_RAW = 255;
    private static final int SOL_SOCKET = 1;
    private static final int SO_REUSEADDR = 2;
    private static final int SO_MARK = 36;
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_NODELAY = 1;
    private static final int TCP_CONGESTION = 13;
    private static final int SHUT_WR = 1;
    private static final int SHUT_RDWR = 2;
    private static final int F_SETPIPE_SZ = 1031;
    private static final int SPLICE_F_MOVE = 1;

    /** The default upper bound of an unprivileged pipe, pipe(7). */
    private static final int PIPE = 1 << 20;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle SOCKET = function("socket", FunctionDescriptor.of(INT, INT, INT, INT), -1);
    private static final MethodHandle SETSOCKOPT =
            function("setsockopt", FunctionDescriptor.of(INT, INT, INT, INT, ValueLayout.ADDRESS, INT), -1);
    private static final MethodHandle BIND = function("bind", address(), -1);
    private static final MethodHandle CONNECT = function("connect", address(), -1);
    private static final MethodHandle LISTEN = function("listen", FunctionDescriptor.of(INT, INT, INT), -1);
    private static final MethodHandle ACCEPT4 =
            function("accept4", FunctionDescriptor.of(INT, INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, INT), -1);
    private static final MethodHandle READ =
            function("read", FunctionDescriptor.of(LONG, INT, ValueLayout.ADDRESS, LONG), -1);
    private static final MethodHandle WRITE =
            function("write", FunctionDescriptor.of(LONG, INT, ValueLayout.ADDRESS, LONG), -1);
    private static final MethodHandle PIPE2 =
            function("pipe2", FunctionDescriptor.of(INT, ValueLayout.ADDRESS, INT), -1);
    private static final MethodHandle FCNTL = function("fcntl", FunctionDescriptor.of(INT, INT, INT, INT), 2);
    private static final MethodHandle SPLICE = function(
            "splice", FunctionDescriptor.of(LONG, INT, ValueLayout.ADDRESS, INT, ValueLayout.ADDRESS, LONG, INT), -1);
    private static final MethodHandle SENDMMSG =
            function("sendmmsg", FunctionDescriptor.of(INT, INT, ValueLayout.ADDRESS, INT, INT), -1);
    private static final MethodHandle SHUTDOWN = function("shutdown", FunctionDescriptor.of(INT, INT, INT), -1);
    private static final MethodHandle CLOSE = function("close", FunctionDescriptor.of(INT, INT), -1);

    private KernelSockets() {}

    private static FunctionDescriptor address() {
        return FunctionDescriptor.of(INT, INT, ValueLayout.ADDRESS, INT);
    }

    private static MethodHandle function(String name, FunctionDescriptor shape, int variadic) {
        Linker linker = Linker.nativeLinker();
        Linker.Option errno = Linker.Option.captureCallState("errno");
        MemorySegment symbol = linker.defaultLookup().findOrThrow(name);
        return variadic < 0
                ? linker.downcallHandle(symbol, shape, errno)
                : linker.downcallHandle(symbol, shape, errno, Linker.Option.firstVariadicArg(variadic));
    }

    /** Calls with errno captured; arguments are boxed, which is nothing beside a splice of a megabyte. */
    private static long call(MethodHandle handle, String name, Arena arena, Object... arguments) {
        MemorySegment state = arena.allocate(STATE);
        Object[] all = new Object[arguments.length + 1];
        all[0] = state;
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        try {
            long result = ((Number) handle.invokeWithArguments(all)).longValue();
            if (result < 0) {
                throw new Failure(name, (int) ERRNO.get(state, 0L));
            }
            return result;
        } catch (Failure e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(name.toLowerCase(Locale.ROOT), e);
        }
    }

    static byte[] octets(String address) {
        return InetAddress.ofLiteral(address).getAddress();
    }

    private static MemorySegment socketAddress(Arena arena, byte[] octets, int port) {
        MemorySegment address = arena.allocate(16, 8);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_INET);
        address.set(ValueLayout.JAVA_BYTE, 2, (byte) (port >> 8));
        address.set(ValueLayout.JAVA_BYTE, 3, (byte) port);
        MemorySegment.copy(MemorySegment.ofArray(octets), 0, address, 4, 4);
        return address;
    }

    private static void option(Arena arena, int fd, int level, int name, int value) {
        call(SETSOCKOPT, "setsockopt", arena, fd, level, name, arena.allocateFrom(INT, value), 4);
    }

    /** One whose packets get past the redirection. */
    static int socket() {
        try (Arena arena = Arena.ofConfined()) {
            int fd = (int) call(SOCKET, "socket", arena, AF_INET, SOCK_STREAM_CLOEXEC, 0);
            option(arena, fd, SOL_SOCKET, SO_MARK, Integer.decode(Site.MARK));
            option(arena, fd, IPPROTO_TCP, TCP_NODELAY, 1);
            return fd;
        }
    }

    /** One that sends whole packets, their IPv4 header included: raw(7). */
    static int rawSocket() {
        try (Arena arena = Arena.ofConfined()) {
            return (int) call(SOCKET, "socket", arena, AF_INET, SOCK_RAW_CLOEXEC, IPPROTO_RAW);
        }
    }

    /** @param messages an array of struct mmsghdr. @return how many the kernel took */
    static int sendMany(int fd, MemorySegment messages, int count) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            int taken = (int) SENDMMSG.invokeExact(state, fd, messages, count, 0);
            if (taken < 0) {
                throw new Failure("sendmmsg", (int) ERRNO.get(state, 0L));
            }
            return taken;
        } catch (Failure e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("sendmmsg", e);
        }
    }

    /** @param congestionControl of what will be accepted; empty for the default */
    static int listen(int port, String congestionControl) {
        try (Arena arena = Arena.ofConfined()) {
            int fd = (int) call(SOCKET, "socket", arena, AF_INET, SOCK_STREAM_CLOEXEC, 0);
            option(arena, fd, SOL_SOCKET, SO_REUSEADDR, 1);
            if (!congestionControl.isEmpty()) {
                MemorySegment name = arena.allocateFrom(congestionControl);
                int length = congestionControl.length();
                call(SETSOCKOPT, "TCP_CONGESTION", arena, fd, IPPROTO_TCP, TCP_CONGESTION, name, length);
            }
            call(BIND, "bind", arena, fd, socketAddress(arena, new byte[4], port), 16);
            call(LISTEN, "listen", arena, fd, 16_384);
            return fd;
        }
    }

    static int accept(int listener) {
        try (Arena arena = Arena.ofConfined()) {
            int fd = (int) call(
                    ACCEPT4,
                    "accept4",
                    arena,
                    listener,
                    MemorySegment.NULL,
                    MemorySegment.NULL,
                    SOCK_STREAM_CLOEXEC & ~1);
            option(arena, fd, IPPROTO_TCP, TCP_NODELAY, 1);
            return fd;
        }
    }

    static void connect(int fd, String address, int port) {
        try (Arena arena = Arena.ofConfined()) {
            call(CONNECT, "connect", arena, fd, socketAddress(arena, octets(address), port), 16);
        }
    }

    static void write(int fd, byte[] octets) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(octets.length);
            memory.copyFrom(MemorySegment.ofArray(octets));
            call(WRITE, "write", arena, fd, memory, (long) octets.length);
        }
    }

    static byte[] readFully(int fd, int count) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(count);
            for (long got = 0; got < count; ) {
                long more = call(READ, "read", arena, fd, memory.asSlice(got), count - got);
                if (more == 0) {
                    throw new Failure("the other side ended too early", 0);
                }
                got += more;
            }
            return memory.toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /** Moves whatever comes, and in the end the end. */
    static void spliceAll(int from, int to) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ends = arena.allocate(8, 8);
            call(PIPE2, "pipe2", arena, ends, SOCK_STREAM_CLOEXEC & ~1);
            int in = ends.get(INT, 4);
            int out = ends.get(INT, 0);
            try {
                call(FCNTL, "fcntl", arena, in, F_SETPIPE_SZ, PIPE);
                MemorySegment state = arena.allocate(STATE);
                while (true) {
                    long got = splice(state, from, in, PIPE);
                    if (got == 0) {
                        call(SHUTDOWN, "shutdown", arena, to, SHUT_WR);
                        return;
                    }
                    while (got > 0) {
                        got -= splice(state, out, to, got);
                    }
                }
            } finally {
                close(in);
                close(out);
            }
        }
    }

    private static long splice(MemorySegment state, int from, int to, long octets) {
        try {
            long moved = (long)
                    SPLICE.invokeExact(state, from, MemorySegment.NULL, to, MemorySegment.NULL, octets, SPLICE_F_MOVE);
            if (moved < 0) {
                throw new Failure("splice", (int) ERRNO.get(state, 0L));
            }
            return moved;
        } catch (Failure e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("splice", e);
        }
    }

    static void shutdownBoth(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            call(SHUTDOWN, "shutdown", arena, fd, SHUT_RDWR);
        } catch (Failure e) {
            // it had ended already
        }
    }

    static void close(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            call(CLOSE, "close", arena, fd);
        }
    }
}
