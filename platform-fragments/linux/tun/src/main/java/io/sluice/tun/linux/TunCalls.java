package io.sluice.tun.linux;

import com.sun.jna.Function;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;

/**
 * The C library's calls for setting a TUN device up and trying it. A result of −1 means {@link Native#getLastError()} holds errno.
 *
 * <p>Called as JNA functions, not as mapped methods: JNA keeps the class of a mapping for ever (the options that it caches for the class
 * name that class), and with it the class loader of every bundle that has been replaced.
 */
final class TunCalls {

    private static final Function OPEN = function("open");
    private static final Function IOCTL = function("ioctl");
    private static final Function FCNTL = function("fcntl");
    private static final Function CLOSE = function("close");
    private static final Function READ = function("read");
    private static final Function WRITE = function("write");
    private static final Function POLL = function("poll");
    private static final Function SOCKET = function("socket");
    private static final Function SETSOCKOPT = function("setsockopt");
    private static final Function BIND = function("bind");
    private static final Function SENDTO = function("sendto");

    private TunCalls() {}

    private static Function function(String name) {
        return NativeLibrary.getProcess().getFunction(name);
    }

    static int open(String path, int flags) {
        return OPEN.invokeInt(new Object[] {path, flags});
    }

    static int ioctl(int fd, long request, Pointer argument) {
        return IOCTL.invokeInt(new Object[] {fd, request, argument});
    }

    /** The same call with its argument by value. */
    static int ioctl(int fd, long request, long value) {
        return IOCTL.invokeInt(new Object[] {fd, request, value});
    }

    static int fcntl(int fd, int command, long argument) {
        return FCNTL.invokeInt(new Object[] {fd, command, argument});
    }

    static int close(int fd) {
        return CLOSE.invokeInt(new Object[] {fd});
    }

    static long read(int fd, Pointer into, long most) {
        return READ.invokeLong(new Object[] {fd, into, most});
    }

    static long write(int fd, Pointer from, long length) {
        return WRITE.invokeLong(new Object[] {fd, from, length});
    }

    static int poll(Pointer entries, long count, int millis) {
        return POLL.invokeInt(new Object[] {entries, count, millis});
    }

    static int socket(int family, int type, int protocol) {
        return SOCKET.invokeInt(new Object[] {family, type, protocol});
    }

    static int setsockopt(int fd, int level, int option, Pointer value, int length) {
        return SETSOCKOPT.invokeInt(new Object[] {fd, level, option, value, length});
    }

    static int bind(int fd, Pointer address, int length) {
        return BIND.invokeInt(new Object[] {fd, address, length});
    }

    static long sendto(int fd, Pointer from, long length, int flags, Pointer address, int addressLength) {
        return SENDTO.invokeLong(new Object[] {fd, from, length, flags, address, addressLength});
    }
}
