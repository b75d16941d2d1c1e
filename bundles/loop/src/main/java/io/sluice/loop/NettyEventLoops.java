package io.sluice.loop;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.loop.DatagramIo;
import io.sluice.api.loop.DatagramSink;
import io.sluice.api.loop.EventLoops;
import io.sluice.api.loop.StreamSplicer;
import io.sluice.api.loop.TcpOptions;
import io.sluice.loop.spi.DatagramBackend;
import io.sluice.loop.spi.PipeBackend;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

/** A fixed set of Netty loops and the channel types that belong to their transport. */
public final class NettyEventLoops implements EventLoops, StreamSplicer {

    /** Prefix of the thread names; the loop's number follows. */
    static final String THREAD_PREFIX = "sluice-loop-";

    /** Ours: longer than a loop is kept from running on a busy machine, short beside the tenth of a second that Netty then waits. */
    private static final Duration QUIET = Duration.ofMillis(50);

    private final Transport transport;
    private final EventLoopGroup group;
    private final EventLoop[] loops;
    private final AtomicInteger turn = new AtomicInteger();
    private final Supplier<DatagramBackend> datagrams;
    private final Map<EventLoop, UnansweredStreams> unanswered = new ConcurrentHashMap<>();

    private NettyEventLoops(int threads, Transport transport, Supplier<DatagramBackend> datagrams) {
        this.datagrams = datagrams;
        this.transport = transport;
        this.group = new MultiThreadIoEventLoopGroup(threads, new LoopThreads(), transport.handlers);
        List<EventLoop> all = new ArrayList<>(threads);
        group.forEach(executor -> all.add((EventLoop) executor));
        this.loops = all.toArray(EventLoop[]::new);
    }

    /**
     * Makes the loops; their threads start with the first registration.
     *
     * @param threads number of loops, at least 1
     */
    public static NettyEventLoops open(int threads) {
        return open(threads, () -> null);
    }

    /**
     * Makes the loops; their threads start with the first registration.
     *
     * @param threads number of loops, at least 1
     * @param datagrams gives what moves datagrams, or null while there is nothing better than Netty's channels
     */
    public static NettyEventLoops open(int threads, Supplier<DatagramBackend> datagrams) {
        return new NettyEventLoops(threads, Epoll.isAvailable() ? epoll() : nio(), datagrams);
    }

    /** The same on NIO, whatever else there is. */
    public static NettyEventLoops openNio(int threads) {
        return new NettyEventLoops(threads, nio(), () -> null);
    }

    @Override
    public EventLoopGroup group() {
        return group;
    }

    @Override
    public EventLoop next() {
        return loop(turn.getAndIncrement());
    }

    @Override
    public EventLoop loop(int index) {
        return loops[Math.floorMod(index, loops.length)];
    }

    @Override
    public int size() {
        return loops.length;
    }

    @Override
    public Class<? extends SocketChannel> streamChannel() {
        return transport.stream;
    }

    @Override
    public SocketChannel newStream(InetAddress remote) {
        return transport.sockets.apply(remote);
    }

    /** A socket of both families, as Netty makes by itself, costs a system call more, and mapped addresses. */
    private static SocketChannel epollSocket(InetAddress remote) {
        return remote instanceof Inet4Address
                ? new EpollSocketChannel(SocketProtocolFamily.INET)
                : new EpollSocketChannel();
    }

    @Override
    public Class<? extends ServerChannel> serverChannel() {
        return transport.server;
    }

    @Override
    public Class<? extends DuplexChannel> unixStreamChannel() {
        return transport.unixStream;
    }

    @Override
    public SocketAddress unixAddress(String path) {
        return transport.unixAddress.apply(path);
    }

    @Override
    public Class<? extends DatagramChannel> datagramChannel() {
        return transport.datagram;
    }

    @Override
    public DatagramIo datagrams(DatagramChannel channel, DatagramSink sink) {
        DatagramBackend backend = datagrams.get();
        DatagramIo io = backend == null ? null : backend.open(channel, sink);
        return io == null ? new ChannelDatagramIo(channel, sink) : io;
    }

    @Override
    public void configure(SocketChannel channel, TcpOptions options) {
        if (transport.splicer != null) {
            if (channel instanceof EpollSocketChannel epoll && UnansweredStreams.areWatched(options)) {
                watch(epoll, options);
            }
            EpollTcpOptions.set(channel.config(), options);
        } else {
            EventLoops.super.configure(channel, options);
        }
    }

    /** Netty asks the system once, and leaves the option out by itself where it is not allowed. */
    @Override
    public Optional<String> fastOpenObstacle() {
        if (transport.splicer == null) {
            return EventLoops.super.fastOpenObstacle();
        }
        return Epoll.isTcpFastOpenServerSideAvailable()
                ? Optional.empty()
                : Optional.of(
                        "the kernel did not allow it to listeners when this program started; set sysctl net.ipv4.tcp_fastopen=3 and start again");
    }

    private void watch(EpollSocketChannel channel, TcpOptions options) {
        EventLoop loop = channel.eventLoop();
        if (loop.inEventLoop()) {
            unanswered.computeIfAbsent(loop, UnansweredStreams::new).watch(channel, options);
        } else {
            loop.execute(() -> watch(channel, options));
        }
    }

    @Override
    public ByteStream stream(SocketChannel channel) {
        return channel instanceof EpollSocketChannel epoll ? new EpollStream(epoll) : ByteStream.of(channel);
    }

    @Override
    public String transport() {
        return transport.name;
    }

    /** Nothing can be spliced on NIO. */
    @Override
    public Splice splice(Channel from, Channel to, Listener listener) {
        return transport.splicer == null ? null : transport.splicer.splice(from, to, listener);
    }

    /** How pipes are to be enlarged from now on; without it they have the kernel's usual size. */
    void pipes(PipeBackend backend) {
        if (transport.splicer != null) {
            transport.splicer.backend(backend);
        }
    }

    /** Not by this one any more, unless another has taken its place already. */
    void pipesGone(PipeBackend backend) {
        if (transport.splicer != null) {
            transport.splicer.backendGone(backend);
        }
    }

    /** What splices on epoll; for tests. */
    EpollSplicer splicer() {
        return transport.splicer;
    }

    /**
     * Ends the loops: tasks already queued still run, channels still open are closed.
     *
     * @param limit how long this thread waits, and how long a loop may go on taking tasks
     * @return whether every loop thread has ended in that time
     */
    public boolean close(Duration limit) throws InterruptedException {
        // A loop (Netty 4.2.18) that is told to end between its look for that and the end of its round ends without
        // closing its channels, unless a task has run within the quiet period: then it goes round once more.
        for (EventLoop loop : loops) {
            if (!loop.isShuttingDown()) {
                loop.execute(() -> {});
            }
        }
        group.shutdownGracefully(Math.min(QUIET.toMillis(), limit.toMillis()), limit.toMillis(), TimeUnit.MILLISECONDS);
        return group.terminationFuture().await(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static Transport epoll() {
        EpollSplicer splicer = new EpollSplicer();
        return new Transport(
                "epoll",
                splicer,
                splicer,
                EpollSocketChannel.class,
                NettyEventLoops::epollSocket,
                EpollServerSocketChannel.class,
                EpollDatagramChannel.class,
                EpollDomainSocketChannel.class,
                DomainSocketAddress::new);
    }

    private static Transport nio() {
        return new Transport(
                "nio",
                NioIoHandler.newFactory(),
                null,
                NioSocketChannel.class,
                remote -> new NioSocketChannel(),
                NioServerSocketChannel.class,
                NioDatagramChannel.class,
                NioDomainSocketChannel.class,
                UnixDomainSocketAddress::of);
    }

    private record Transport(
            String name,
            IoHandlerFactory handlers,
            EpollSplicer splicer,
            Class<? extends SocketChannel> stream,
            Function<InetAddress, SocketChannel> sockets,
            Class<? extends ServerChannel> server,
            Class<? extends DatagramChannel> datagram,
            Class<? extends DuplexChannel> unixStream,
            Function<String, SocketAddress> unixAddress) {}

    /** Daemon threads: a loop that hangs must not keep the process alive after the framework has stopped. */
    private static final class LoopThreads implements ThreadFactory {

        private final AtomicInteger number = new AtomicInteger();

        @Override
        public Thread newThread(Runnable task) {
            Thread thread = new FastThreadLocalThread(task, THREAD_PREFIX + number.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        }
    }
}
