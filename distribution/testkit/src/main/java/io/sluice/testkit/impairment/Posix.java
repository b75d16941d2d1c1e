package io.sluice.testkit.impairment;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** The system calls that a relay makes, by one thread; a negative answer is an errno. */
final class Posix {

    static final int O_RDWR_NONBLOCK_CLOEXEC = 2 | 0x800 | 0x80000;
    static final int EAGAIN = 11;
    static final short POLLIN = 1;
    private static final int PR_SET_TIMERSLACK = 29;
    private static final int SCHED_FIFO = 1;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private static final MethodHandle OPEN = function("open", FunctionDescriptor.of(INT, ValueLayout.ADDRESS, INT), 2);
    private static final MethodHandle IOCTL =
            function("ioctl", FunctionDescriptor.of(INT, INT, LONG, ValueLayout.ADDRESS), 2);
    private static final MethodHandle CLOSE = function("close", FunctionDescriptor.of(INT, INT), -1);
    private static final MethodHandle READ =
            function("read", FunctionDescriptor.of(LONG, INT, ValueLayout.ADDRESS, LONG), -1);
    private static final MethodHandle WRITE =
            function("write", FunctionDescriptor.of(LONG, INT, ValueLayout.ADDRESS, LONG), -1);
    private static final MethodHandle PPOLL = function(
            "ppoll",
            FunctionDescriptor.of(INT, ValueLayout.ADDRESS, LONG, ValueLayout.ADDRESS, ValueLayout.ADDRESS),
            -1);
    private static final MethodHandle SCHED_SETSCHEDULER =
            function("sched_setscheduler", FunctionDescriptor.of(INT, INT, INT, ValueLayout.ADDRESS), -1);
    private static final MethodHandle PRCTL = function("prctl", FunctionDescriptor.of(INT, INT, LONG), 1);

    private final MemorySegment state;

    /** @param arena of the memory in which this keeps errno */
    Posix(Arena arena) {
        state = arena.allocate(STATE);
    }

    /** @param variadic index of the first variadic argument, or -1 */
    private static MethodHandle function(String name, FunctionDescriptor shape, int variadic) {
        Linker.Option errno = Linker.Option.captureCallState("errno");
        MemorySegment address = LINKER.defaultLookup().findOrThrow(name);
        return variadic < 0
                ? LINKER.downcallHandle(address, shape, errno)
                : LINKER.downcallHandle(address, shape, errno, Linker.Option.firstVariadicArg(variadic));
    }

    private long outcome(long result) {
        return result >= 0 ? result : -(int) ERRNO.get(state, 0L);
    }

    int open(MemorySegment path, int flags) {
        try {
            return (int) outcome((int) OPEN.invokeExact(state, path, flags));
        } catch (Throwable e) {
            throw new IllegalStateException("open", e);
        }
    }

    int ioctl(int fd, long request, MemorySegment argument) {
        try {
            return (int) outcome((int) IOCTL.invokeExact(state, fd, request, argument));
        } catch (Throwable e) {
            throw new IllegalStateException("ioctl", e);
        }
    }

    int close(int fd) {
        try {
            return (int) outcome((int) CLOSE.invokeExact(state, fd));
        } catch (Throwable e) {
            throw new IllegalStateException("close", e);
        }
    }

    int read(int fd, MemorySegment to, long octets) {
        try {
            return (int) outcome((long) READ.invokeExact(state, fd, to, octets));
        } catch (Throwable e) {
            throw new IllegalStateException("read", e);
        }
    }

    int write(int fd, MemorySegment from, long octets) {
        try {
            return (int) outcome((long) WRITE.invokeExact(state, fd, from, octets));
        } catch (Throwable e) {
            throw new IllegalStateException("write", e);
        }
    }

    /** @param timeout a struct timespec, or NULL to wait for ever */
    int poll(MemorySegment descriptors, long count, MemorySegment timeout) {
        try {
            return (int) outcome((int) PPOLL.invokeExact(state, descriptors, count, timeout, MemorySegment.NULL));
        } catch (Throwable e) {
            throw new IllegalStateException("ppoll", e);
        }
    }

    /** Lets the calling thread's waits end on time; the kernel's default adds up to 50 µs, prctl(2). */
    void exactTimers() {
        try {
            int ignored = (int) PRCTL.invokeExact(state, PR_SET_TIMERSLACK, 1L);
        } catch (Throwable e) {
            throw new IllegalStateException("prctl", e);
        }
    }

    /** Lets the calling thread go before all that are not real-time ones, sched(7); without the right to that, nothing changes. */
    void goFirst(Arena arena) {
        MemorySegment priority = arena.allocateFrom(INT, 1);
        try {
            int ignored = (int) SCHED_SETSCHEDULER.invokeExact(state, 0, SCHED_FIFO, priority);
        } catch (Throwable e) {
            throw new IllegalStateException("sched_setscheduler", e);
        }
    }
}
