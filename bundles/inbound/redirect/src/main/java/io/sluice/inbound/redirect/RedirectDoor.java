package io.sluice.inbound.redirect;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.inbound.Inbound;
import io.sluice.api.loop.EventLoops;
import io.sluice.api.net.Network;
import io.sluice.inbound.redirect.spi.RedirectBackend;
import io.sluice.proxycodec.EarlyBytes;
import io.sluice.proxyserver.AcceptGuard;
import io.sluice.proxyserver.InboundCounters;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A listener whose connections were meant for somebody else. Who connects to it directly is reset, for there is no destination, and a flow to ourselves
 * would come back here.
 */
final class RedirectDoor implements Inbound, AutoCloseable {

    static final String KIND = "redirect";

    /** The kernel takes the smaller of this and {@code net.core.somaxconn} (4096 since Linux 5.4). */
    private static final int BACKLOG = 4_096;

    private final String tag;
    private final RedirectBackend backend;
    private final Supplier<FlowAcceptor> flows;
    private final InboundCounters counters = new InboundCounters();
    private final Channel server;

    /** Binds; waits for it. */
    RedirectDoor(
            String tag,
            InetSocketAddress listen,
            EventLoops loops,
            RedirectBackend backend,
            Supplier<FlowAcceptor> flows)
            throws IOException {
        this.tag = tag;
        this.backend = backend;
        this.flows = flows;
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops.group())
                .channel(loops.serverChannel())
                // A restart must not wait for connections of the last run in TIME-WAIT.
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .handler(new AcceptGuard(tag, counters.acceptPauses))
                .childOption(ChannelOption.AUTO_READ, false)
                // TCP_NODELAY is on by itself, as for every TCP socket of Netty's.
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                // Where the process dies its kernel resets: a client that knows of no proxy must not take half a stream
                // for the whole. See RedirectedStream.
                .childOption(ChannelOption.SO_LINGER, 0)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel child) {
                        child.pipeline().addLast(new EarlyBytes(null, false));
                        // The channel becomes active, and so may be accepted or reset, once its registration is over.
                        child.eventLoop().execute(() -> arrived(child));
                    }
                });
        ChannelFuture bound = bootstrap.bind(listen).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "inbound \"" + tag + "\" cannot listen on "
                            + listen.getAddress().getHostAddress() + ":" + listen.getPort() + ": "
                            + bound.cause().getMessage() + "; stop what uses the address, or configure another",
                    bound.cause());
        }
        this.server = bound.channel();
    }

    private void arrived(SocketChannel child) {
        counters.acceptedConnections.increment();
        Optional<InetSocketAddress> destination = backend.destination(child);
        InetSocketAddress source = child.remoteAddress();
        if (source == null || destination.isEmpty() || destination.get().equals(child.localAddress())) {
            counters.malformedRequests.increment();
            ByteStream.of(child).reset();
            return;
        }
        FlowAcceptor acceptor = flows.get();
        if (acceptor == null) {
            counters.refusedRequests.increment();
            ByteStream.of(child).reset();
            return;
        }
        RedirectedStream stream = new RedirectedStream(
                child, FlowSource.ofPackets(Network.TCP, tag, source, destination.get()), counters);
        child.pipeline().addLast(stream);
        acceptor.stream(stream);
    }

    @Override
    public String tag() {
        return tag;
    }

    @Override
    public String type() {
        return KIND;
    }

    @Override
    public InetSocketAddress local() {
        return (InetSocketAddress) server.localAddress();
    }

    @Override
    public Map<String, Long> counters() {
        return counters.snapshot();
    }

    /** Stops listening; waits for the socket to be free again. */
    @Override
    public void close() {
        server.close().awaitUninterruptibly();
    }
}
