package io.sluice.egress.linux;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;

/**
 * Asks the kernel whether this process may mark sockets, with a socket of its own.
 *
 * <p>Called as JNA functions, not as mapped methods: JNA keeps the class of a mapping for ever (the options that it caches for the class
 * name that class), and with it the class loader of every bundle that has been replaced.
 */
final class MarkCalls {

    private static final Function SOCKET = function("socket");
    private static final Function SETSOCKOPT = function("setsockopt");
    private static final Function CLOSE = function("close");

    private static final int AF_INET = 2;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 524_288;

    private MarkCalls() {}

    private static Function function(String name) {
        return NativeLibrary.getProcess().getFunction(name);
    }

    /** Returns 0, or the error number. */
    static int probe() {
        int fd = SOCKET.invokeInt(new Object[] {AF_INET, SOCK_DGRAM_CLOEXEC, 0});
        if (fd < 0) {
            return Native.getLastError();
        }
        try (Memory one = new Memory(Integer.BYTES)) {
            one.setInt(0, 1);
            int set = SETSOCKOPT.invokeInt(
                    new Object[] {fd, LinuxEgressBackend.SOL_SOCKET, LinuxEgressBackend.SO_MARK, one, Integer.BYTES});
            return set < 0 ? Native.getLastError() : 0;
        } finally {
            CLOSE.invokeInt(new Object[] {fd});
        }
    }
}
