package io.sluice.proxyserver;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.sluice.api.inbound.Inbound;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;

/** A listening inbound: one socket, and a conversation for every connection to it. Any thread but the loops'. */
public final class Listener implements Inbound, AutoCloseable {

    /** The kernel takes the smaller of this and {@code net.core.somaxconn} (4096 since Linux 5.4). */
    private static final int BACKLOG = 4_096;

    private final Door door;
    private final Channel server;
    private final InetSocketAddress local;

    private Listener(Door door, Channel server) {
        this.door = door;
        this.server = server;
        this.local = (InetSocketAddress) server.localAddress();
    }

    /**
     * Binds; waits for it.
     *
     * @param conversation what a new connection begins with
     * @throws IOException where it could not listen, and why
     */
    public static Listener open(Door door, Conversation conversation) throws IOException {
        InboundSettings settings = door.settings();
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(door.loops().group())
                .channel(door.loops().serverChannel())
                // A restart must not wait for connections of the last run in TIME-WAIT.
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .handler(new AcceptGuard(settings.tag(), door.counters().acceptPauses))
                // TCP_NODELAY is on by itself, as for every TCP socket of Netty's.
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel child) {
                        door.counters().acceptedConnections.increment();
                        door.guests().add(child);
                        conversation.begin(door, child.pipeline());
                    }
                });
        ChannelFuture bound = bootstrap.bind(settings.listen()).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "inbound \"" + settings.tag() + "\" cannot listen on "
                            + settings.listen().getAddress().getHostAddress() + ":"
                            + settings.listen().getPort() + ": " + bound.cause().getMessage()
                            + "; stop what uses the address, or configure another",
                    bound.cause());
        }
        return new Listener(door, bound.channel());
    }

    @Override
    public String tag() {
        return door.settings().tag();
    }

    @Override
    public String type() {
        return door.settings().type();
    }

    @Override
    public InetSocketAddress local() {
        return local;
    }

    @Override
    public Map<String, Long> counters() {
        return door.counters().snapshot();
    }

    /** Stops listening and closes what no flow owns; waits for the socket to be free again. */
    @Override
    public void close() {
        server.close().awaitUninterruptibly();
        door.guests().close();
    }
}
