package io.sluice.loop.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The C library's calls. Pointers travel as numbers, so that a call makes no object. A result below zero is the negated errno. One loop's,
 * as errno is caught in memory of its own.
 */
final class SocketCalls {

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            STATE.varHandle(java.lang.foreign.MemoryLayout.PathElement.groupElement("errno"));

    /** int sendmmsg(int, struct mmsghdr *, unsigned int, int). */
    private static final MethodHandle SENDMMSG =
            handle("sendmmsg", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT));

    /** int recvmmsg(int, struct mmsghdr *, unsigned int, int, struct timespec *). */
    private static final MethodHandle RECVMMSG =
            handle("recvmmsg", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG));

    private final MemorySegment state = Arena.ofAuto().allocate(STATE);

    private static MethodHandle handle(String name, FunctionDescriptor type) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, CAPTURE);
    }

    int send(int fd, MemorySegment messages, int count, int flags) {
        try {
            int sent = (int) SENDMMSG.invokeExact(state, fd, messages.address(), count, flags);
            return sent >= 0 ? sent : -errno();
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    int receive(int fd, MemorySegment messages, int count, int flags) {
        try {
            int received = (int) RECVMMSG.invokeExact(state, fd, messages.address(), count, flags, 0L);
            return received >= 0 ? received : -errno();
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private int errno() {
        return (int) ERRNO.get(state, 0L);
    }

    private static IllegalStateException unexpected(Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        return new IllegalStateException("a call into the C library failed", cause);
    }
}
