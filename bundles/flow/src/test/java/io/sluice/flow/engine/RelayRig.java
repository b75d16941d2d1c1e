package io.sluice.flow.engine;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowSnapshot;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.flow.StreamRequest;
import io.sluice.api.loop.StreamSplicer;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.Capability;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.loop.NettyEventLoops;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** An engine between a listener on loopback and an outbound that connects to a server socket on loopback. */
final class RelayRig implements AutoCloseable {

    static final InetAddress LOCAL = InetAddress.getLoopbackAddress();

    final FakeSelector selector = new FakeSelector();
    final List<CloseReason> rejections = new CopyOnWriteArrayList<>();
    final ServerSocket server;
    final FlowEngine engine;
    final EventLoopGroup loops;
    final SocketOutbound outbound = new SocketOutbound("out");
    /** What the sockets are on: Java's own, the product's epoll loops, or those with splicing. */
    enum Transport {
        NIO,
        EPOLL,
        SPLICE
    }

    /** Octets that were spliced. */
    final AtomicLong spliced = new AtomicLong();

    private final boolean epoll;
    private final NettyEventLoops splicing;
    private final Channel listener;
    private volatile InetSocketAddress destination;

    RelayRig(FlowSettings settings, Transport transport) throws Exception {
        this.epoll = transport != Transport.NIO && Epoll.isAvailable();
        this.splicing = epoll ? NettyEventLoops.open(2) : null;
        loops = epoll ? splicing.group() : new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
        server = new ServerSocket(0, 1_024, LOCAL);
        destination = (InetSocketAddress) server.getLocalSocketAddress();
        engine = new FlowEngine(settings, InstantSource.system());
        engine.selector(selector);
        engine.addOutbound(outbound, 0);
        if (transport == Transport.SPLICE && epoll) {
            engine.splicer((from, to, listening) -> splicing.splice(from, to, new Counting(listening)));
        }
        listener = new ServerBootstrap()
                .group(loops)
                .channel(
                        this.epoll
                                ? EpollServerSocketChannel.class
                                : (Class<? extends ServerChannel>) NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 1_024)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                            @Override
                            public void channelActive(ChannelHandlerContext context) {
                                context.pipeline().remove(this);
                                engine.stream(new SocketRequest(channel));
                            }
                        });
                    }
                })
                .bind(LOCAL, 0)
                .sync()
                .channel();
    }

    RelayRig() throws Exception {
        this(FlowSettings.DEFAULTS, Transport.EPOLL);
    }

    void destination(InetSocketAddress changed) {
        destination = changed;
    }

    Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(30_000);
        socket.connect(listener.localAddress(), 30_000);
        return socket;
    }

    Socket accept() throws IOException {
        server.setSoTimeout(30_000);
        Socket socket = server.accept();
        socket.setSoTimeout(30_000);
        return socket;
    }

    /** The only flow that ended, once it has. */
    FlowSnapshot ended() {
        await(
                () -> engine.table().live().isEmpty()
                        && !engine.table().recent().isEmpty(),
                () -> "live: " + engine.table().live());
        return engine.table().recent().getFirst();
    }

    static void await(Supplier<Boolean> condition, Supplier<String> state) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.get()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within 30 s; " + state.get());
            }
            java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
        }
    }

    @Override
    public void close() throws Exception {
        engine.shutdown(Duration.ofSeconds(5));
        listener.close().sync();
        server.close();
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).sync();
    }

    private final class Counting implements StreamSplicer.Listener {

        private final StreamSplicer.Listener listener;

        Counting(StreamSplicer.Listener listener) {
            this.listener = listener;
        }

        @Override
        public void moved(int octets) {
            spliced.addAndGet(octets);
            listener.moved(octets);
        }

        @Override
        public void handedBack() {
            listener.handedBack();
        }

        @Override
        public void failed(boolean reading, IOException cause) {
            listener.failed(reading, cause);
        }
    }

    /** As the product's outbounds make them. */
    private ByteStream stream(SocketChannel channel) {
        return epoll ? splicing.stream(channel) : ByteStream.of(channel);
    }

    private final class SocketRequest implements StreamRequest {

        private final SocketChannel channel;
        private final FlowSource source;

        SocketRequest(SocketChannel channel) {
            this.channel = channel;
            this.source = new FlowSource(Network.TCP, "in", channel.remoteAddress(), destination, Optional.empty());
        }

        @Override
        public FlowSource source() {
            return source;
        }

        @Override
        public EventLoop eventLoop() {
            return channel.eventLoop();
        }

        @Override
        public ByteStream accept() {
            return stream(channel);
        }

        @Override
        public void reject(CloseReason reason) {
            rejections.add(reason);
            stream(channel).reset();
        }

        @Override
        public void onCancel(Runnable cancelled) {
            channel.closeFuture().addListener(closed -> cancelled.run());
        }
    }

    /** Connects to the destination by a plain socket. */
    class SocketOutbound extends FakeOutbound {

        SocketOutbound(String tag) {
            super(tag, Capability.TCP);
        }

        @Override
        public Future<ByteStream> openStream(OpenRequest request) {
            Promise<ByteStream> promise = request.eventLoop().newPromise();
            new Bootstrap()
                    .group(request.eventLoop())
                    .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
                    .option(ChannelOption.AUTO_READ, false)
                    .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                    .handler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            // nothing stands before the relay
                        }
                    })
                    .connect(request.destination())
                    .addListener((ChannelFutureListener) done -> {
                        if (done.isSuccess()) {
                            promise.setSuccess(stream((SocketChannel) done.channel()));
                        } else {
                            promise.setFailure(new ConnectException(
                                    CloseReason.CONNECT_REFUSED, done.cause().getMessage()));
                        }
                    });
            return promise;
        }
    }
}
