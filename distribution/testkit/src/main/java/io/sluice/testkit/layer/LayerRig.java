package io.sluice.testkit.layer;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.transport.Arrival;
import io.sluice.api.transport.DialRequest;
import io.sluice.api.transport.LayerSettings;
import io.sluice.api.transport.StreamAcceptor;
import io.sluice.api.transport.StreamDialer;
import io.sluice.api.transport.StreamLayer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Loops, a server on the loopback with the layers' halves and an echo on top, and dialers to it. */
public final class LayerRig implements AutoCloseable {

    private static final long LIMIT_SECONDS = 30;

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final List<Arrival> arrivals = new CopyOnWriteArrayList<>();
    private final List<ByteStream> accepted = new CopyOnWriteArrayList<>();
    private final List<String> refusals = new CopyOnWriteArrayList<>();
    private volatile Consumer<ByteStream> service = Echo::on;

    /** What the server does with a stream; an echo unless said otherwise. */
    public void service(Consumer<ByteStream> doing) {
        service = doing;
    }

    /** A server with these layers, the lowest first. */
    public InetSocketAddress serve(Map<String, ?> properties, StreamLayer... layers) {
        StreamAcceptor top = new StreamAcceptor() {
            @Override
            public void accept(ByteStream stream, Arrival arrival) {
                arrivals.add(arrival);
                accepted.add(stream);
                service.accept(stream);
            }

            @Override
            public void gaveUp(Arrival arrival, CloseReason reason, String sentence) {
                refusals.add(reason + ": " + sentence);
            }
        };
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        for (int i = layers.length - 1; i >= 0; i--) {
            top = layers[i].acceptor(top, new LayerSettings("inbound \"test\"", any, layers[i].name(), properties));
        }
        StreamAcceptor acceptor = top;
        return listen(stream -> acceptor.accept(
                stream, Arrival.of((InetSocketAddress) stream.channel().remoteAddress(), (InetSocketAddress)
                        stream.channel().localAddress())));
    }

    /** A bare listener. */
    public InetSocketAddress listen(Consumer<ByteStream> doing) {
        ChannelFuture bound = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new Accepting(doing))
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly();
        return (InetSocketAddress) bound.channel().localAddress();
    }

    /** Layers to a server, the lowest first. {@code named} is what the configuration calls it. */
    public StreamDialer dialer(
            InetSocketAddress server, String named, Map<String, ?> properties, StreamLayer... layers) {
        StreamDialer dialer = new Sockets(server);
        for (StreamLayer layer : layers) {
            dialer = layer.dialer(
                    dialer,
                    new LayerSettings(
                            "outbound \"test\"",
                            InetSocketAddress.createUnresolved(named, server.getPort()),
                            layer.name(),
                            properties));
        }
        return dialer;
    }

    /** A stream, taken over in the moment in which it is handed over. */
    public Conversation open(StreamDialer dialer) throws Exception {
        CompletableFuture<Conversation> taken = new CompletableFuture<>();
        dial(dialer, Duration.ofSeconds(LIMIT_SECONDS), opened -> {
            if (opened.isSuccess()) {
                taken.complete(Conversation.over(opened.getNow()));
            } else {
                taken.completeExceptionally(opened.cause());
            }
        });
        return taken.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    /** What the attempt failed with. */
    public ConnectException refused(StreamDialer dialer, Duration timeout) throws Exception {
        Future<ByteStream> dialled = dial(dialer, timeout, _ -> {});
        if (!dialled.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("the attempt did not end");
        }
        if (dialled.isSuccess()) {
            throw new AssertionError("a stream was opened");
        }
        return (ConnectException) dialled.cause();
    }

    /** @param then called on the loop when the attempt has ended */
    public Future<ByteStream> dial(StreamDialer dialer, Duration timeout, Consumer<Future<ByteStream>> then)
            throws Exception {
        var loop = group.next();
        return loop.submit(() -> dialer.dial(DialRequest.of(1, loop, timeout))
                        .addListener((Future<ByteStream> opened) -> then.accept(opened)))
                .get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    public List<Arrival> arrivals() {
        return arrivals;
    }

    public List<ByteStream> accepted() {
        return accepted;
    }

    public List<String> refusals() {
        return refusals;
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** Hands connections over. */
    @ChannelHandler.Sharable
    private static final class Accepting extends ChannelInboundHandlerAdapter {

        private final Consumer<ByteStream> doing;

        Accepting(Consumer<ByteStream> doing) {
            this.doing = doing;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.pipeline().remove(this);
            doing.accept(ByteStream.of((SocketChannel) ctx.channel()));
        }
    }

    /** Plain sockets. */
    private final class Sockets implements StreamDialer {

        private final InetSocketAddress server;

        Sockets(InetSocketAddress server) {
            this.server = server;
        }

        @Override
        public Future<ByteStream> dial(DialRequest request) {
            Promise<ByteStream> result = request.eventLoop().newPromise();
            ChannelFuture connecting = new Bootstrap()
                    .group(request.eventLoop())
                    .channel(NioSocketChannel.class)
                    .option(ChannelOption.AUTO_READ, false)
                    .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                    .handler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {}
                    })
                    .connect(server);
            connecting.addListener(done -> {
                if (done.isSuccess()) {
                    result.setSuccess(ByteStream.of((SocketChannel) connecting.channel()));
                } else {
                    result.setFailure(new ConnectException(CloseReason.CONNECT_REFUSED, "no connection", done.cause()));
                }
            });
            return result;
        }

        @Override
        public void close() {}
    }
}
