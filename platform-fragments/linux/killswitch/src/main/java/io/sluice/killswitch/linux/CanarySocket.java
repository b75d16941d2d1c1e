package io.sluice.killswitch.linux;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import io.sluice.netlink.linux.Errno;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

/** One socket without a mark, forced to one interface past every route, that tries to send one packet. Never waits. */
final class CanarySocket implements AutoCloseable {

    private static final Function SOCKET = NativeLibrary.getProcess().getFunction("socket");
    private static final Function SETSOCKOPT = NativeLibrary.getProcess().getFunction("setsockopt");
    private static final Function CONNECT = NativeLibrary.getProcess().getFunction("connect");
    private static final Function SENDTO = NativeLibrary.getProcess().getFunction("sendto");
    private static final Function CLOSE = NativeLibrary.getProcess().getFunction("close");

    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    static final int SOCK_STREAM = 1;
    static final int SOCK_DGRAM = 2;
    static final int SOCK_RAW = 3;
    private static final int SOCK_NONBLOCK = 2048;
    private static final int SOCK_CLOEXEC = 524_288;
    private static final int SOL_SOCKET = 1;
    private static final int SO_BINDTODEVICE = 25;
    private static final int EINPROGRESS = 115;

    /** sizeof(struct sockaddr_in), sizeof(struct sockaddr_in6). */
    private static final int SOCKADDR_IN = 16;

    private static final int SOCKADDR_IN6 = 28;

    private final int fd;

    private CanarySocket(int fd) {
        this.fd = fd;
    }

    /**
     * Sends.
     *
     * @param payload for a connection nothing: its first packet is the canary
     * @return 0, or the errno that refused it
     */
    static int send(int type, int protocol, String device, InetAddress to, int port, byte[] payload) {
        int family = to instanceof Inet6Address ? AF_INET6 : AF_INET;
        int fd = SOCKET.invokeInt(new Object[] {family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol});
        if (fd < 0) {
            return Native.getLastError();
        }
        try (CanarySocket socket = new CanarySocket(fd)) {
            int bound = socket.bindTo(device);
            return bound != 0 ? bound : type == SOCK_STREAM ? socket.connect(to, port) : socket.send(to, port, payload);
        }
    }

    private int bindTo(String device) {
        byte[] name = device.getBytes(StandardCharsets.UTF_8);
        try (Memory value = new Memory(name.length + 1L)) {
            value.clear();
            value.write(0, name, 0, name.length);
            return errno(SETSOCKOPT.invokeInt(new Object[] {fd, SOL_SOCKET, SO_BINDTODEVICE, value, name.length}));
        }
    }

    private int connect(InetAddress to, int port) {
        try (Memory address = address(to, port)) {
            int errno = errno(CONNECT.invokeInt(new Object[] {fd, address, (int) address.size()}));
            return errno == EINPROGRESS ? 0 : errno;
        }
    }

    private int send(InetAddress to, int port, byte[] payload) {
        try (Memory address = address(to, port);
                Memory data = new Memory(payload.length)) {
            data.write(0, payload, 0, payload.length);
            return errno(
                    SENDTO.invokeInt(new Object[] {fd, data, (long) payload.length, 0, address, (int) address.size()}));
        }
    }

    private static Memory address(InetAddress to, int port) {
        boolean ipv6 = to instanceof Inet6Address;
        Memory address = new Memory(ipv6 ? SOCKADDR_IN6 : SOCKADDR_IN);
        address.clear();
        address.setShort(0, (short) (ipv6 ? AF_INET6 : AF_INET));
        address.setByte(2, (byte) (port >> 8));
        address.setByte(3, (byte) port);
        byte[] octets = to.getAddress();
        address.write(ipv6 ? 8 : 4, octets, 0, octets.length);
        return address;
    }

    private static int errno(int result) {
        return result < 0 ? Native.getLastError() : 0;
    }

    static String words(int errno) {
        return errno == 0 ? "the socket took it" : "refused with " + Errno.name(errno);
    }

    @Override
    public void close() {
        CLOSE.invokeInt(new Object[] {fd});
    }
}
