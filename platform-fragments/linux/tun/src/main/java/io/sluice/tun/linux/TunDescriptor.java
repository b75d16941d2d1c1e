package io.sluice.tun.linux;

import static io.sluice.tun.linux.TunConstants.*;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import io.sluice.api.tun.OffloadCapabilities;
import io.sluice.api.tun.TunException;
import io.sluice.api.tun.TunException.Code;
import io.sluice.netlink.linux.Errno;
import java.nio.charset.StandardCharsets;

/**
 * A descriptor of /dev/net/tun that is attached to an interface.
 *
 * @param fd ours to close
 * @param name the interface's name
 * @param flags IFF_… of the device (TUNGETIFF)
 * @param headerSize octets of the vnet header before each packet, 0 without IFF_VNET_HDR
 */
record TunDescriptor(int fd, String name, int flags, int headerSize) {

    private static final String NODE = "/dev/net/tun";

    /** sizeof(struct ifreq), its name and its flags. */
    private static final int IFREQ = 40;

    private static final int IFREQ_NAME = 16;
    private static final int IFREQ_FLAGS = 16;

    /** Asked for in this order until the kernel agrees; each is what an older kernel can do. */
    private static final int[] OFFLOADS = {
        TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN | TUN_F_USO4 | TUN_F_USO6,
        TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN,
        TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6,
        TUN_F_CSUM,
        0
    };

    /**
     * Opens a new descriptor and attaches it.
     *
     * @param name empty lets the kernel choose
     */
    static TunDescriptor open(String name, boolean offload, boolean multiQueue) throws TunException {
        int fd = TunCalls.open(NODE, O_RDWR | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0) {
            throw notOpened(Native.getLastError());
        }
        int flags = IFF_TUN | IFF_NO_PI | (offload ? IFF_VNET_HDR : 0) | (multiQueue ? IFF_MULTI_QUEUE : 0);
        try (Memory request = new Memory(IFREQ)) {
            request.clear();
            byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
            request.write(0, bytes, 0, Math.min(bytes.length, IFREQ_NAME - 1));
            request.setShort(IFREQ_FLAGS, (short) flags);
            if (TunCalls.ioctl(fd, TUNSETIFF, request) < 0) {
                throw notAttached(name, Native.getLastError());
            }
            String given = request.getString(0);
            if (offload) {
                request.setInt(0, VnetHeader.SIZE);
                check(TunCalls.ioctl(fd, TUNSETVNETHDRSZ, request), given, "TUNSETVNETHDRSZ");
            }
            return new TunDescriptor(fd, given, flags, offload ? VnetHeader.SIZE : 0);
        } catch (TunException e) {
            TunCalls.close(fd);
            throw e;
        }
    }

    /** Duplicates a descriptor that was handed over. O_NONBLOCK is set on what both share; the giver's number stays the giver's. */
    static TunDescriptor adopt(int given) throws TunException {
        int fd = TunCalls.fcntl(given, F_DUPFD_CLOEXEC, 3);
        if (fd < 0) {
            throw badDescriptor(given, Errno.name(Native.getLastError()));
        }
        try (Memory request = new Memory(IFREQ)) {
            request.clear();
            if (TunCalls.ioctl(fd, TUNGETIFF, request) < 0) {
                throw badDescriptor(given, "TUNGETIFF says " + Errno.name(Native.getLastError()));
            }
            String name = request.getString(0);
            int flags = Short.toUnsignedInt(request.getShort(IFREQ_FLAGS));
            if ((flags & IFF_TUN) == 0) {
                throw badDescriptor(given, name + " is a TAP device");
            }
            if ((flags & IFF_NO_PI) == 0) {
                throw badDescriptor(
                        given, name + " puts packet information before each packet; open it with IFF_NO_PI");
            }
            int headerSize = 0;
            if ((flags & IFF_VNET_HDR) != 0) {
                check(TunCalls.ioctl(fd, TUNGETVNETHDRSZ, request), name, "TUNGETVNETHDRSZ");
                headerSize = request.getInt(0);
            }
            if (headerSize != 0 && (headerSize < VnetHeader.SIZE || headerSize > VnetHeader.MAX_SIZE)) {
                throw badDescriptor(given, name + " has a vnet header of " + headerSize + " octets");
            }
            int status = TunCalls.fcntl(fd, F_GETFL, 0);
            check(TunCalls.fcntl(fd, F_SETFL, status | O_NONBLOCK), name, "O_NONBLOCK");
            return new TunDescriptor(fd, name, flags, headerSize);
        } catch (TunException e) {
            TunCalls.close(fd);
            throw e;
        }
    }

    boolean multiQueue() {
        return (flags & IFF_MULTI_QUEUE) != 0;
    }

    /**
     * Agrees on offloads with the kernel, from all to none. The features belong to the device, so what a former owner of the interface
     * agreed on is taken back too.
     *
     * @return the TUN_F_… flags that are set now
     */
    int claim(boolean wanted) throws TunException {
        if (wanted && headerSize > 0) {
            for (int features : OFFLOADS) {
                if (TunCalls.ioctl(fd, TUNSETOFFLOAD, features) == 0) {
                    return features;
                }
            }
        }
        features(0);
        return 0;
    }

    /** Sets these TUN_F_… flags and no others. */
    void features(int features) throws TunException {
        check(TunCalls.ioctl(fd, TUNSETOFFLOAD, (long) features), name, "TUNSETOFFLOAD");
    }

    /** What these TUN_F_… flags mean to a stack. */
    static OffloadCapabilities capabilities(int features) {
        return new OffloadCapabilities(
                (features & TUN_F_CSUM) != 0,
                (features & TUN_F_TSO4) != 0,
                (features & TUN_F_TSO6) != 0,
                (features & (TUN_F_USO4 | TUN_F_USO6)) == (TUN_F_USO4 | TUN_F_USO6));
    }

    void persist(boolean on) throws TunException {
        check(TunCalls.ioctl(fd, TUNSETPERSIST, on ? 1L : 0L), name, "TUNSETPERSIST");
    }

    void close() {
        TunCalls.close(fd);
    }

    private static void check(int result, String name, String call) throws TunException {
        if (result < 0) {
            int errno = Native.getLastError();
            Code code = errno == Errno.EPERM ? Code.TUN_NOT_PERMITTED : Code.TUN_SYSTEM_ERROR;
            throw new TunException(
                    code,
                    call + " on " + name + " failed: " + Errno.name(errno)
                            + (errno == Errno.EPERM ? "; run with CAP_NET_ADMIN" : "; check the kernel log (dmesg)"));
        }
    }

    private static TunException notOpened(int errno) {
        return switch (errno) {
            case Errno.ENOENT ->
                new TunException(
                        Code.TUN_UNAVAILABLE,
                        NODE + " does not exist: load the module (modprobe tun), or give it to the container (--device "
                                + NODE + ")");
            case Errno.ENODEV, Errno.ENXIO ->
                new TunException(
                        Code.TUN_UNAVAILABLE,
                        NODE + " has no driver behind it (" + Errno.name(errno)
                                + "): load the module with modprobe tun");
            case Errno.EACCES, Errno.EPERM ->
                new TunException(
                        Code.TUN_NOT_PERMITTED,
                        "opening " + NODE + " is not permitted (" + Errno.name(errno)
                                + "): run as root, or allow the device to this user or container");
            default ->
                new TunException(
                        Code.TUN_SYSTEM_ERROR, "opening " + NODE + " failed: " + Errno.name(errno) + "; try again");
        };
    }

    private static TunException notAttached(String name, int errno) {
        String who = name.isEmpty() ? "a TUN interface" : "TUN interface " + name;
        return switch (errno) {
            case Errno.EPERM ->
                new TunException(
                        Code.TUN_NOT_PERMITTED,
                        "creating " + who
                                + " is not permitted: run with CAP_NET_ADMIN, or have the administrator create it"
                                + " for this user (ip tuntap add mode tun user NAME)");
            case Errno.EBUSY ->
                new TunException(
                        Code.TUN_NAME_IN_USE, who + " is in use by another program: stop it, or choose another name");
            case Errno.EINVAL ->
                new TunException(
                        Code.TUN_NAME_IN_USE,
                        who
                                + " cannot be opened as asked (EINVAL): the name belongs to an interface of another kind or with"
                                + " other queues, or is no interface name; choose another name");
            case Errno.E2BIG ->
                new TunException(Code.TUN_NAME_IN_USE, who + " has no free queue: it is in use by another program");
            default ->
                new TunException(
                        Code.TUN_SYSTEM_ERROR,
                        "creating " + who + " failed: " + Errno.name(errno) + "; try another name");
        };
    }

    private static TunException badDescriptor(int given, String why) {
        return new TunException(
                Code.TUN_BAD_DESCRIPTOR,
                "descriptor " + given + " cannot be used as a TUN device: " + why
                        + "; hand over an open descriptor of /dev/net/tun after TUNSETIFF");
    }
}
