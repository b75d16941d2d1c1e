package io.sluice.testkit.netns;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Moves a thread into a network namespace, by setns(2). */
public final class ThreadNamespace {

    private static final int CLONE_NEWNET = 0x40000000;
    private static final int O_RDONLY_CLOEXEC = 0x80000;

    private ThreadNamespace() {}

    /** Runs code on a thread of its own inside a namespace that {@code ip netns} knows by name: what it opens belongs to the namespace. */
    public static <T> T callInside(String namespace, Callable<T> code) throws Exception {
        FutureTask<T> task = new FutureTask<>(() -> {
            enter(Path.of("/run/netns", namespace));
            return code.call();
        });
        Thread.ofPlatform().daemon().name(namespace).start(task);
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    static void enter(Path namespace) {
        Linker linker = Linker.nativeLinker();
        MethodHandle open = function(
                linker, "open", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        MethodHandle setns = function(
                linker,
                "setns",
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        MethodHandle close =
                function(linker, "close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        try (Arena arena = Arena.ofConfined()) {
            int fd = (int) open.invokeExact(arena.allocateFrom(namespace.toString()), O_RDONLY_CLOEXEC);
            if (fd < 0) {
                throw new IllegalStateException("cannot open " + namespace);
            }
            int result = (int) setns.invokeExact(fd, CLONE_NEWNET);
            int ignored = (int) close.invokeExact(fd);
            if (result != 0) {
                throw new IllegalStateException("cannot enter " + namespace + ": CAP_SYS_ADMIN is missing");
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("setns failed", e);
        }
    }

    private static MethodHandle function(Linker linker, String name, FunctionDescriptor shape) {
        return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), shape);
    }
}
