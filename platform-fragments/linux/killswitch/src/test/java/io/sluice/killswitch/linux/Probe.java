package io.sluice.killswitch.linux;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import io.sluice.killswitch.spi.Match;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * One packet as a program would send it.
 *
 * @param protocol 6, 17, or any other for a raw socket
 * @param mark 0 for none
 * @param device to bind to; empty for none
 */
record Probe(int protocol, String to, int port, int mark, String device) {

    private static final int SOCK_STREAM = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_RAW = 3;
    private static final int SOCK_NONBLOCK = 2048;
    private static final int SOL_SOCKET = 1;
    private static final int SO_ERROR = 4;
    private static final int SO_MARK = 36;
    private static final int SO_BINDTODEVICE = 25;

    static Probe tcp(String to, int port) {
        return new Probe(Match.TCP, to, port, 0, "");
    }

    static Probe udp(String to, int port) {
        return new Probe(Match.UDP, to, port, 0, "");
    }

    static Probe raw(int protocol, String to) {
        return new Probe(protocol, to, 0, 0, "");
    }

    Probe marked() {
        return new Probe(protocol, to, port, Scene.MARK, device);
    }

    Probe by(String name) {
        return new Probe(protocol, to, port, mark, name);
    }

    private static int call(String name, Object... arguments) {
        Function function = NativeLibrary.getProcess().getFunction(name);
        return function.invokeInt(arguments);
    }

    /** Sends it, whatever becomes of it, and closes the socket. */
    void send() {
        call("close", open());
    }

    /** Sends it and leaves the socket open. */
    int open() {
        InetAddress address = InetAddress.ofLiteral(to);
        boolean ipv6 = address instanceof Inet6Address;
        int type = protocol == Match.TCP ? SOCK_STREAM : protocol == Match.UDP ? SOCK_DGRAM : SOCK_RAW;
        int fd = call("socket", ipv6 ? 10 : 2, type | SOCK_NONBLOCK, type == SOCK_RAW ? protocol : 0);
        if (fd < 0) {
            throw new IllegalStateException("no socket for " + this);
        }
        try (Memory value = new Memory(32);
                Memory payload = new Memory(64)) {
            value.clear();
            payload.clear();
            // An echo request, where it is ICMP.
            payload.setByte(0, (byte) (protocol == Match.ICMPV6 ? 128 : 8));
            payload.setByte(2, (byte) 0xf7);
            payload.setByte(3, (byte) 0xff);
            if (mark != 0) {
                value.setInt(0, mark);
                must(call("setsockopt", fd, SOL_SOCKET, SO_MARK, value, 4));
            }
            if (!device.isEmpty()) {
                byte[] name = device.getBytes(StandardCharsets.US_ASCII);
                value.write(0, name, 0, name.length);
                must(call("setsockopt", fd, SOL_SOCKET, SO_BINDTODEVICE, value, name.length));
            }
            value.clear();
            value.setShort(0, (short) (ipv6 ? 10 : 2));
            value.setByte(2, (byte) (port >> 8));
            value.setByte(3, (byte) port);
            byte[] octets = address.getAddress();
            value.write(ipv6 ? 8 : 4, octets, 0, octets.length);
            int size = ipv6 ? 28 : 16;
            if (protocol == Match.TCP) {
                call("connect", fd, value, size);
            } else {
                call("sendto", fd, payload, 64L, 0, value, size);
            }
        }
        return fd;
    }

    /** What the socket's connection came to, as an errno, once it has come to something or so long has passed; 0 while it has not. Closes it. */
    static int failure(int fd, Duration patience) throws InterruptedException {
        long begun = System.nanoTime();
        try (Memory value = new Memory(4);
                Memory length = new Memory(4)) {
            value.clear();
            while (value.getInt(0) == 0 && System.nanoTime() - begun < patience.toNanos()) {
                Thread.sleep(1);
                length.setInt(0, 4);
                call("getsockopt", fd, SOL_SOCKET, SO_ERROR, value, length);
            }
            return value.getInt(0);
        } finally {
            call("close", fd);
        }
    }

    private void must(int result) {
        if (result < 0) {
            throw new IllegalStateException("cannot prepare " + this);
        }
    }

    @Override
    public String toString() {
        return (mark == 0 ? "" : "marked ") + "protocol " + protocol + " to " + to + ":" + port
                + (device.isEmpty() ? "" : " by " + device);
    }
}
