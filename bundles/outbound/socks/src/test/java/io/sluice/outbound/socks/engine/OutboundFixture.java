package io.sluice.outbound.socks.engine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.dialer.Layers;
import io.sluice.dialer.ServerChain;
import io.sluice.loop.NettyEventLoops;
import io.sluice.proxycodec.socks.Socks5Credentials;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A connector with a recording egress, and a reader for what it opens. */
final class OutboundFixture implements AutoCloseable {

    static final InetSocketAddress WEB = InetSocketAddress.createUnresolved("example.com", 443);

    final RecordingEgress egress = new RecordingEgress();
    final ProxyConnector connector;
    private final NettyEventLoops loops;
    volatile boolean egressThere = true;

    OutboundFixture(NettyEventLoops loops, InetSocketAddress proxy, Pipelining.Mode mode, String... credentials) {
        this(loops, proxy, mode, List.of(), credentials);
    }

    OutboundFixture(
            NettyEventLoops loops,
            InetSocketAddress proxy,
            Pipelining.Mode mode,
            List<InetSocketAddress> nameservers,
            String... credentials) {
        this.loops = loops;
        connector = new ProxyConnector(
                ServerChain.of(properties(proxy), loops, () -> egressThere ? egress : null, Layers.NONE, nameservers),
                credentials.length == 0
                        ? Optional.empty()
                        : Optional.of(Socks5Credentials.of(credentials[0], credentials[1])),
                loops,
                new Pipelining(mode));
    }

    static Map<String, Object> properties(InetSocketAddress proxy) {
        return Map.of("outbound.tag", "p", "address", proxy.getHostString(), "port", proxy.getPort());
    }

    OpenRequest request(Network network, InetSocketAddress destination, Duration timeout) {
        EventLoop loop = loops.next();
        FlowSource source =
                new FlowSource(network, "test", new InetSocketAddress("127.0.0.1", 1), destination, Optional.empty());
        return new OpenRequest(1, source, destination, loop, timeout);
    }

    Future<ByteStream> stream(InetSocketAddress destination, Duration timeout) throws InterruptedException {
        OpenRequest request = request(Network.TCP, destination, timeout);
        return request.eventLoop()
                .submit(() -> connector.openStream(request))
                .sync()
                .getNow();
    }

    ByteStream open(InetSocketAddress destination) throws InterruptedException {
        return stream(destination, Duration.ofSeconds(30)).sync().getNow();
    }

    ConnectException failure(InetSocketAddress destination, Duration timeout) throws InterruptedException {
        Future<ByteStream> future = stream(destination, timeout).await();
        if (future.isSuccess()) {
            throw new AssertionError("it was opened");
        }
        return (ConnectException) future.cause();
    }

    Future<DatagramPort> datagrams(InetSocketAddress destination) throws InterruptedException {
        OpenRequest request = request(Network.UDP, destination, Duration.ofSeconds(30));
        return request.eventLoop()
                .submit(() -> connector.openDatagrams(request))
                .sync()
                .getNow()
                .await();
    }

    long count(String counter) {
        return connector.counters().snapshot().get(counter);
    }

    @Override
    public void close() {
        connector.close();
    }

    /** Reads a stream as the relay would: a handler behind all others, then AUTO_READ. */
    static final class Reader extends ChannelInboundHandlerAdapter {

        private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

        static Reader on(ByteStream stream) throws InterruptedException {
            Reader reader = new Reader();
            stream.channel()
                    .eventLoop()
                    .submit(() -> {
                        if (stream.channel().config().isAutoRead()) {
                            throw new AssertionError("AUTO_READ is on");
                        }
                        stream.channel().pipeline().addLast(reader);
                        stream.channel().config().setAutoRead(true);
                    })
                    .sync();
            return reader;
        }

        /** Text until this has come whole. */
        void expect(String text) throws InterruptedException {
            StringBuilder all = new StringBuilder();
            while (!all.toString().equals(text)) {
                String next = seen.poll(30, TimeUnit.SECONDS);
                if (next == null) {
                    throw new AssertionError("wanted \"" + text + "\", got \"" + all + "\"");
                }
                all.append(next);
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            seen.add(bytes.toString(StandardCharsets.ISO_8859_1));
            bytes.release();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                seen.add("<FIN>");
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            seen.add("<closed>");
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            seen.add("<" + cause.getMessage() + ">");
        }
    }
}
