package io.sluice.proxyserver;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketChannel;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.inbound.Inbound;
import io.sluice.api.transport.Arrival;
import io.sluice.api.transport.LayerSettings;
import io.sluice.api.transport.StreamAcceptor;
import io.sluice.api.transport.StreamLayer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;

/** A listening inbound: one socket, and layers that its connections go up through. Any thread but the loops'. */
public final class Listener implements Inbound, AutoCloseable {

    /** The kernel takes the smaller of this and {@code net.core.somaxconn} (4096 since Linux 5.4). */
    private static final int BACKLOG = 4_096;

    /** What its layers give up is counted. */
    private record Counted(StreamAcceptor top, InboundCounters counters) implements StreamAcceptor {

        @Override
        public void accept(ByteStream stream, Arrival arrival) {
            top.accept(stream, arrival);
        }

        @Override
        public void gaveUp(Arrival arrival, CloseReason reason, String sentence) {
            counters.layerFailures.increment();
            top.gaveUp(arrival, reason, sentence);
        }
    }

    private final Door door;
    private final Channel server;
    private final InetSocketAddress local;

    private Listener(Door door, Channel server) {
        this.door = door;
        this.server = server;
        this.local = (InetSocketAddress) server.localAddress();
    }

    /**
     * Binds; waits for it. Xray's {@code sockopt} is among the properties.
     *
     * @param top as for {@link #stack}, and so are the others
     * @throws IllegalArgumentException with one sentence, if a property cannot be used
     * @throws IOException where it could not listen, and why
     */
    public static Listener open(
            Door door, StreamAcceptor top, Map<String, ?> properties, StreamLayer security, StreamLayer transport)
            throws IOException {
        String where = "inbound \"" + door.settings().tag() + "\"";
        ClientSockets sockets =
                ClientSockets.of(new LayerSettings(where, door.settings().listen(), "sockopt", properties));
        StreamAcceptor counted = new Counted(top, door.counters());
        return open(door, stack(counted, door.settings(), properties, security, transport), sockets);
    }

    /**
     * The acceptor of raw connections whose streams reach {@code top} through the layers.
     *
     * @param properties the component's, with those of its layers
     * @param security null for none
     * @param transport null for none
     * @throws IllegalArgumentException with one sentence, if a property cannot be used
     */
    public static StreamAcceptor stack(
            StreamAcceptor top,
            InboundSettings settings,
            Map<String, ?> properties,
            StreamLayer security,
            StreamLayer transport) {
        StreamAcceptor lowest = top;
        for (StreamLayer layer : new StreamLayer[] {transport, security}) {
            if (layer != null) {
                String where = "inbound \"" + settings.tag() + "\"";
                lowest = layer.acceptor(lowest, new LayerSettings(where, settings.listen(), layer.name(), properties));
            }
        }
        return lowest;
    }

    /** Binds, without layers; waits for it. */
    public static Listener open(Door door, StreamAcceptor lowest) throws IOException {
        return open(door, lowest, ClientSockets.DEFAULT);
    }

    private static Listener open(Door door, StreamAcceptor lowest, ClientSockets sockets) throws IOException {
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
                        sockets.configure(door.loops(), (SocketChannel) child);
                        accept(lowest, (DuplexChannel) child);
                    }
                });
        sockets.configure(door.loops(), bootstrap);
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

    private static void accept(StreamAcceptor lowest, DuplexChannel channel) {
        channel.config().setAutoRead(false);
        lowest.accept(
                ByteStream.of(channel),
                Arrival.of((InetSocketAddress) channel.remoteAddress(), (InetSocketAddress) channel.localAddress()));
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
