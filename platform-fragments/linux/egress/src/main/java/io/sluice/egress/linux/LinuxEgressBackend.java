package io.sluice.egress.linux;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.unix.Errors.NativeIoException;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.sluice.api.egress.EgressException;
import io.sluice.egress.spi.EgressBackend;
import io.sluice.egress.spi.NetworkView;
import io.sluice.netlink.linux.Errno;
import io.sluice.netlink.linux.NetlinkWatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** The kernel of the network namespace that this process runs in. */
@Component(service = EgressBackend.class)
public final class LinuxEgressBackend implements EgressBackend {

    /** asm-generic/socket.h. */
    static final int SOL_SOCKET = 1;

    static final int SO_MARK = 36;
    static final int SO_BINDTODEVICE = 25;
    static final int SO_RCVBUFFORCE = 33;

    /**
     * Receive buffer of a datagram socket, in octets. net.core.rmem_default holds some ninety datagrams of 1,400 octets, which a pause of
     * 20 ms overruns at 50 Mbit/s; this is what the kernel lets a stream grow to by itself (tcp_rmem, 6 MiB) and less.
     */
    static final int DATAGRAM_RECEIVE_BUFFER = 4 << 20;

    /** linux/if.h. */
    static final int IFNAMSIZ = 16;

    private static final ChannelOption<Integer> MARK = new IntegerUnixChannelOption("SO_MARK", SOL_SOCKET, SO_MARK);
    private static final ChannelOption<ByteBuffer> DEVICE =
            new RawUnixChannelOption("SO_BINDTODEVICE", SOL_SOCKET, SO_BINDTODEVICE, IFNAMSIZ);
    private static final ChannelOption<Integer> RECEIVE_BUFFER =
            new IntegerUnixChannelOption("SO_RCVBUFFORCE", SOL_SOCKET, SO_RCVBUFFORCE);

    @Activate
    public LinuxEgressBackend() {}

    @Override
    public Optional<String> markLimitation() {
        int errno = MarkCalls.probe();
        return switch (errno) {
            case 0 -> Optional.empty();
            case Errno.EPERM ->
                Optional.of("marking sockets needs CAP_NET_ADMIN (SO_MARK says EPERM), so only proxies without"
                        + " routes into a tunnel can work");
            default -> Optional.of("marking sockets failed (SO_MARK says " + Errno.name(errno) + ")");
        };
    }

    @Override
    public void mark(Channel channel, int mark) throws EgressException {
        try {
            set(channel, MARK, mark);
            if (channel instanceof DatagramChannel) {
                // Needs the right that the mark needed too, so it cannot be refused where that was granted.
                set(channel, RECEIVE_BUFFER, DATAGRAM_RECEIVE_BUFFER);
            }
        } catch (ChannelException e) {
            throw new EgressException("a socket could not be marked or widened: " + Errno.name(errno(e)), e);
        }
    }

    @Override
    public boolean bind(Channel channel, String device) throws EgressException {
        ByteBuffer name = ByteBuffer.allocate(IFNAMSIZ);
        name.put(0, device.getBytes(StandardCharsets.UTF_8));
        try {
            set(channel, DEVICE, name);
            return true;
        } catch (ChannelException e) {
            int errno = errno(e);
            if (errno == Errno.EPERM) {
                return false;
            }
            throw new EgressException(
                    errno == Errno.ENODEV
                            ? "the interface " + device + " is gone"
                            : "a socket could not be bound to " + device + ": " + Errno.name(errno),
                    e);
        }
    }

    private static <T> void set(Channel channel, ChannelOption<T> option, T value) throws EgressException {
        if (!channel.config().setOption(option, value)) {
            throw new EgressException("sockets of " + channel.getClass().getSimpleName() + " know no " + option.name()
                    + ": Netty's native epoll transport is missing for this processor");
        }
    }

    private static int errno(ChannelException e) {
        return e.getCause() instanceof NativeIoException cause ? -cause.expectedErr() : 0;
    }

    @Override
    public NetworkView view(int mark) throws IOException {
        return HostView.read(mark);
    }

    @Override
    public Watch watch(BooleanSupplier changed) throws IOException {
        return HostWatch.open(
                listener -> NetlinkWatch.open("sluice-egress-netlink", listener)::close, changed, HostWatch.AGAIN);
    }
}
