package io.sluice.dialer;

import io.netty.util.concurrent.Future;
import io.sluice.api.egress.EgressBinder;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.loop.EventLoops;
import io.sluice.api.transport.DialRequest;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/** Connects TCP sockets of this host. Any thread may close it; connecting is on the request's loop. */
public final class TcpConnector implements AutoCloseable {

    /** What a dialler says that has no egress binder. */
    public static final String NO_BINDER =
            "no egress binder is active, so nothing may be dialled; start the egress room";

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
        return new TcpDial(this, destination, request).start();
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
