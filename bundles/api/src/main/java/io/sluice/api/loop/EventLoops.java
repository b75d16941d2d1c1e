package io.sluice.api.loop;

import io.netty.channel.ChannelException;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketChannel;
import io.sluice.api.flow.ByteStream;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** The event loops, and the channel types that can be registered on them. Safe from any thread. */
@ProviderType
public interface EventLoops {

    /** Every loop; never shut down by a consumer. */
    EventLoopGroup group();

    /** The next loop in turn. */
    EventLoop next();

    /** The loop with this index modulo {@link #size()}, so that queue {@code i} of a device always has the same one. */
    EventLoop loop(int index);

    /** Number of loops, at least 1. */
    int size();

    Class<? extends SocketChannel> streamChannel();

    /** An unregistered socket, of the kind that is cheapest to connect to this address; owned by the caller. */
    SocketChannel newStream(InetAddress remote);

    Class<? extends ServerChannel> serverChannel();

    /** Streams over Unix-domain sockets (unix(7)); their addresses are made by {@link #unixAddress}. */
    Class<? extends DuplexChannel> unixStreamChannel();

    /** @param path of the socket in the file system */
    SocketAddress unixAddress(String path);

    Class<? extends DatagramChannel> datagramChannel();

    /**
     * Takes over a registered datagram channel that is bound and, if it is to be, connected. From then on only the result moves its datagrams
     * and closes it; the channel itself still tells its addresses and when it is closed. On the channel's loop.
     *
     * @param sink takes what arrives
     */
    DatagramIo datagrams(DatagramChannel channel, DatagramSink sink);

    /**
     * Sets options of a registered socket, each whatever becomes of the others; that of the largest segment only before it is connected. Loops that know no more than the
     * system's own keep-alive take that for {@link TcpOptions#KEEP_ALIVE}.
     *
     * @throws ChannelException with the name of each option that the system refuses or has not
     */
    default void configure(SocketChannel channel, TcpOptions options) {
        if (options.equals(TcpOptions.KEEP_ALIVE)) {
            channel.config().setKeepAlive(true);
        } else if (!options.equals(TcpOptions.NONE)) {
            throw new ChannelException("these event loops know no options of TCP sockets");
        }
    }

    /** Why a listener of these loops takes no data with a SYN (RFC 7413), and what to do about it, in one sentence; empty if it does. */
    default Optional<String> fastOpenObstacle() {
        return Optional.of("these event loops know nothing of it");
    }

    /**
     * A stream over a connected socket of these loops. Its half-close is the cheapest that they have for a socket with one handler, and so ends the
     * output for good: what is written behind it may close the channel.
     */
    default ByteStream stream(SocketChannel channel) {
        return ByteStream.of(channel);
    }

    /** {@code epoll}, {@code kqueue} or {@code nio}: for people and logs only. */
    String transport();
}
