package io.sluice.testkit.impairment;

import io.sluice.testkit.netns.ThreadNamespace;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * A TAP device in a network namespace; it goes away when closed. Without offloads: the kernel completes checksums and cuts segments before a
 * frame is read, so one frame is what one frame on a wire would be.
 */
final class TapDevice implements AutoCloseable {

    private static final long TUNSETIFF = 0x4004_54caL;
    private static final short IFF_TAP_NO_PI = 0x1002;
    private static final int IFNAMSIZ = 16;

    private final String name;
    private final int fd;

    private TapDevice(String name, int fd) {
        this.name = name;
        this.fd = fd;
    }

    /** Makes it in a namespace that {@code ip netns} knows by name. */
    static TapDevice open(String namespace, String name) throws Exception {
        return ThreadNamespace.callInside(namespace, () -> open(name));
    }

    private static TapDevice open(String name) {
        byte[] octets = name.getBytes(StandardCharsets.UTF_8);
        if (octets.length == 0 || octets.length >= IFNAMSIZ) {
            throw new IllegalArgumentException("'" + name + "' is not an interface name of 1 to 15 octets");
        }
        try (Arena arena = Arena.ofConfined()) {
            Posix posix = new Posix(arena);
            int fd = posix.open(arena.allocateFrom("/dev/net/tun"), Posix.O_RDWR_NONBLOCK_CLOEXEC);
            if (fd < 0) {
                throw new IllegalStateException("/dev/net/tun cannot be opened: errno " + -fd);
            }
            MemorySegment request = arena.allocate(40);
            MemorySegment.copy(MemorySegment.ofArray(octets), 0, request, 0, octets.length);
            request.set(ValueLayout.JAVA_SHORT, IFNAMSIZ, IFF_TAP_NO_PI);
            int result = posix.ioctl(fd, TUNSETIFF, request);
            if (result < 0) {
                posix.close(fd);
                throw new IllegalStateException("TAP device " + name + " cannot be made: errno " + -result);
            }
            return new TapDevice(name, fd);
        }
    }

    int fd() {
        return fd;
    }

    @Override
    public void close() {
        try (Arena arena = Arena.ofConfined()) {
            new Posix(arena).close(fd);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
