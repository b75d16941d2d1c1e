package io.sluice.dialer;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;
import io.sluice.api.egress.EgressBinder;
import io.sluice.api.egress.EgressException;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.loop.EventLoops;
import io.sluice.api.transport.DialRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Connects TCP sockets of this host. Any thread may close it; connecting is on the request's loop. */
public final class TcpConnector implements AutoCloseable {

    /** What a dialler says that has no egress binder. */
    public static final String NO_BINDER =
            "no egress binder is active, so nothing may be dialled; start the egress room";

    /** Of a protocol that has nothing to say before the connection stands. */
    static final Consumer<SocketChannel> SILENT = channel -> {};

    private final EventLoops loops;
    private final SocketKinds sockets;
    private final SocketSettings settings;
    private final Supplier<EgressBinder> binder;
    private final Names names;
    private final DialCounters counters = new DialCounters();

    /**
     * @param nameservers who is asked for names, in this order; empty takes the host's own list
     * @param binder yields the binder that is active now, or null
     */
    public TcpConnector(
            EventLoops loops,
            SocketSettings settings,
            List<InetSocketAddress> nameservers,
            Supplier<EgressBinder> binder) {
        this.loops = Objects.requireNonNull(loops, "loops");
        this.settings = Objects.requireNonNull(settings, "settings");
        this.binder = Objects.requireNonNull(binder, "binder");
        this.sockets = new SocketKinds(loops);
        this.names = new Names(sockets, binder, settings.preference(), nameservers);
    }

    /** As {@link io.sluice.api.transport.StreamDialer#dial}, to whatever host. */
    public Future<ByteStream> connect(InetSocketAddress destination, DialRequest request) {
        return connect(destination, request, AddressMemory.NONE, SILENT);
    }

    /** As {@link #connect(InetSocketAddress, DialRequest)}, but to no address that the filter refuses, whatever name led there. */
    public Future<ByteStream> connect(InetSocketAddress destination, DialRequest request, AddressFilter filter) {
        return new TcpDial(this, destination, request, AddressMemory.NONE, SILENT, filter).start();
    }

    /** @param early puts what may travel in the SYN into the pipeline of a socket that is about to connect with fast open; not called for others */
    Future<ByteStream> connect(
            InetSocketAddress destination, DialRequest request, AddressMemory memory, Consumer<SocketChannel> early) {
        return new TcpDial(this, destination, request, memory, early, AddressFilter.NONE).start();
    }

    /**
     * A socket connected to this host, so that the kernel keeps the datagrams of everybody else away. On the loop.
     *
     * @throws EgressException if there is no way there
     * @throws IllegalStateException with what the kernel said as its cause
     */
    DatagramChannel datagrams(InetSocketAddress host, EventLoop loop) throws EgressException {
        EgressBinder current = binder();
        if (current == null) {
            throw new EgressException(NO_BINDER);
        }
        DatagramChannel socket = sockets.datagram(AddressPreference.family(host.getAddress()));
        try {
            socket.config().setOption(ChannelOption.AUTO_READ, false);
            // On the loop these complete before they return, or have failed.
            done(loop.register(socket));
            current.bind(socket, host.getAddress(), settings.egress());
            done(socket.connect(host));
            current.own(socket);
            return socket;
        } catch (EgressException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private static void done(ChannelFuture step) {
        if (!step.isSuccess()) {
            throw new IllegalStateException("a datagram socket could not be opened", step.cause());
        }
    }

    /** Whether the address is one of this host's. Where nobody knows it counts as one. */
    public boolean isHostAddress(InetAddress address) {
        EgressBinder current = binder();
        return current == null || current.isHostAddress(address);
    }

    public DialCounters counters() {
        return counters;
    }

    public Names names() {
        return names;
    }

    public SocketKinds sockets() {
        return sockets;
    }

    public SocketSettings settings() {
        return settings;
    }

    public EventLoops loops() {
        return loops;
    }

    /** The binder that is active now, or null. */
    public EgressBinder binder() {
        return binder.get();
    }

    /** Closes the resolvers; attempts under way run to their end. */
    @Override
    public void close() {
        names.close();
    }
}
