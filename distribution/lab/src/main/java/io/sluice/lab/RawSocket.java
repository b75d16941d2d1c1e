package io.sluice.lab;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A raw socket (raw(7), packet(7)) for what no Java socket sends: any IP protocol, whole IP packets, whole frames. Lives in the namespace of the thread that made it. */
final class RawSocket implements AutoCloseable {

    /** sys/socket.h, linux/in.h, linux/if_ether.h. */
    static final int AF_INET = 2;

    static final int AF_INET6 = 10;
    static final int AF_PACKET = 17;
    static final int SOCK_RAW = 3;
    static final int IPPROTO_ICMP = 1;
    static final int IPPROTO_ICMPV6 = 58;

    /** Whole IPv4 packets, header included: raw(7). */
    static final int IPPROTO_RAW = 255;

    private static final int MSG_DONTWAIT = 0x40;
    private static final int SOL_SOCKET = 1;
    private static final int SO_BINDTODEVICE = 25;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_MULTICAST_IF = 17;
    private static final int IPV6_MULTICAST_HOPS = 18;
    private static final int IPV6_MULTICAST_LOOP = 19;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle SOCKET = function("socket", FunctionDescriptor.of(INT, INT, INT, INT));
    private static final MethodHandle CLOSE = function("close", FunctionDescriptor.of(INT, INT));
    private static final MethodHandle SETSOCKOPT =
            function("setsockopt", FunctionDescriptor.of(INT, INT, INT, INT, ValueLayout.ADDRESS, INT));
    private static final MethodHandle SENDTO = function(
            "sendto",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    INT,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_LONG,
                    INT,
                    ValueLayout.ADDRESS,
                    INT));

    private final Arena arena = Arena.ofShared();
    private final MemorySegment state = arena.allocate(STATE);
    private final MemorySegment buffer = arena.allocate(65_536);
    private final MemorySegment address = arena.allocate(32);
    private final int family;
    private final int fd;

    RawSocket(int family, int protocol) {
        this.family = family;
        try {
            fd = (int) SOCKET.invokeExact(
                    state,
                    family,
                    SOCK_RAW,
                    family == AF_PACKET ? Short.reverseBytes((short) protocol) & 0xffff : protocol);
        } catch (Throwable e) {
            throw new IllegalStateException("socket", e);
        }
        if (fd < 0) {
            throw new IllegalStateException("no raw socket " + family + "/" + protocol + ": errno " + errno());
        }
    }

    private static MethodHandle function(String name, FunctionDescriptor shape) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name), shape, Linker.Option.captureCallState("errno"));
    }

    private int errno() {
        return (int) ERRNO.get(state, 0L);
    }

    /** Which interface, and with which hop limit, IPv6 multicast leaves. */
    synchronized RawSocket multicast(int interfaceIndex, int hops) {
        option(IPPROTO_IPV6, IPV6_MULTICAST_IF, interfaceIndex);
        option(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, hops);
        // Looped back it would pass the observer's hook as if it had come by the wire.
        option(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0);
        return this;
    }

    /** Whatever it sends leaves by this interface, past every route. */
    synchronized RawSocket boundTo(String device) {
        byte[] octets = device.getBytes(StandardCharsets.US_ASCII);
        MemorySegment.copy(octets, 0, buffer, ValueLayout.JAVA_BYTE, 0, octets.length);
        set(SOL_SOCKET, SO_BINDTODEVICE, octets.length);
        return this;
    }

    private void option(int level, int name, int value) {
        buffer.set(ValueLayout.JAVA_INT_UNALIGNED, 0, value);
        set(level, name, Integer.BYTES);
    }

    /** The value is in the buffer. */
    private void set(int level, int name, int length) {
        try {
            int result = (int) SETSOCKOPT.invokeExact(state, fd, level, name, buffer, length);
            if (result < 0) {
                throw new IllegalStateException("setsockopt " + level + "/" + name + ": errno " + errno());
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("setsockopt", e);
        }
    }

    /** Sends to a host. Returns 0, or the errno of a refusal: a filter's is EPERM, and what cannot leave is no leak. */
    synchronized int send(byte[] packet, InetAddress to, int scope) {
        byte[] octets = to.getAddress();
        ByteBuffer name = address.asByteBuffer().order(ByteOrder.nativeOrder());
        address.fill((byte) 0);
        name.putShort(0, (short) family);
        int length;
        if (family == AF_INET) {
            name.put(4, octets);
            length = 16;
        } else {
            name.put(8, octets);
            name.putInt(24, scope);
            length = 28;
        }
        return send(packet, length);
    }

    /** Sends a whole Ethernet frame by an interface: packet(7), struct sockaddr_ll. */
    synchronized int sendFrame(byte[] frame, int interfaceIndex) {
        address.fill((byte) 0);
        ByteBuffer name = address.asByteBuffer().order(ByteOrder.nativeOrder());
        name.putShort(0, (short) AF_PACKET);
        name.putInt(4, interfaceIndex);
        name.put(11, (byte) 6);
        return send(frame, 20);
    }

    private int send(byte[] packet, int nameLength) {
        MemorySegment.copy(packet, 0, buffer, ValueLayout.JAVA_BYTE, 0, packet.length);
        try {
            long sent = (long)
                    SENDTO.invokeExact(state, fd, buffer, (long) packet.length, MSG_DONTWAIT, address, nameLength);
            return sent < 0 ? errno() : 0;
        } catch (Throwable e) {
            throw new IllegalStateException("sendto", e);
        }
    }

    @Override
    public synchronized void close() {
        try {
            int ignored = (int) CLOSE.invokeExact(state, fd);
        } catch (Throwable e) {
            throw new IllegalStateException("close", e);
        }
        arena.close();
    }
}
