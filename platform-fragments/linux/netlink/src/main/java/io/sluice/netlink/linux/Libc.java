package io.sluice.netlink.linux;

import com.sun.jna.Function;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;

/**
 * The socket calls of the C library. A result of −1 means {@link Native#getLastError()} holds errno.
 *
 * <p>Called as JNA functions, not as mapped methods: JNA keeps the class of a mapping for ever (the options that it caches for the class
 * name that class), and with it the class loader of every bundle that has been replaced.
 */
final class Libc {

    private static final Function SOCKET = function("socket");
    private static final Function BIND = function("bind");
    private static final Function SETSOCKOPT = function("setsockopt");
    private static final Function SENDTO = function("sendto");
    private static final Function RECVFROM = function("recvfrom");
    private static final Function GETSOCKNAME = function("getsockname");
    private static final Function CLOSE = function("close");

    private Libc() {}

    private static Function function(String name) {
        return NativeLibrary.getProcess().getFunction(name);
    }

    static int socket(int domain, int type, int protocol) {
        return SOCKET.invokeInt(new Object[] {domain, type, protocol});
    }

    static int bind(int fd, Pointer address, int length) {
        return BIND.invokeInt(new Object[] {fd, address, length});
    }

    static int setsockopt(int fd, int level, int option, Pointer value, int length) {
        return SETSOCKOPT.invokeInt(new Object[] {fd, level, option, value, length});
    }

    static long sendto(int fd, Pointer buffer, long length, int flags, Pointer address, int addressLength) {
        return SENDTO.invokeLong(new Object[] {fd, buffer, length, flags, address, addressLength});
    }

    static long recvfrom(int fd, Pointer buffer, long length, int flags, Pointer address, Pointer addressLength) {
        return RECVFROM.invokeLong(new Object[] {fd, buffer, length, flags, address, addressLength});
    }

    static int getsockname(int fd, Pointer address, Pointer length) {
        return GETSOCKNAME.invokeInt(new Object[] {fd, address, length});
    }

    static int close(int fd) {
        return CLOSE.invokeInt(new Object[] {fd});
    }
}
