package io.sluice.egress;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.DatagramChannel;
import io.sluice.api.egress.EgressBinder;
import io.sluice.api.egress.EgressException;
import io.sluice.api.egress.EgressOptions;
import io.sluice.api.netmon.NetworkChange;
import io.sluice.api.netmon.NetworkListener;
import io.sluice.egress.engine.EgressChoice;
import io.sluice.egress.engine.EgressTable;
import io.sluice.egress.engine.Footing;
import io.sluice.egress.engine.OwnEndpoints;
import io.sluice.egress.spi.EgressBackend;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.OptionalInt;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Marks and binds by the newest table of the host's network, which it reads itself, at once; what vanished in a change that the network monitor tells of, after
 * things have come to rest, ends the connections that stood on it. An address that was there for too short a time for the monitor to see it is known from these tables.
 * A changed configuration makes a new one of these.
 */
@Component(
        service = {EgressBinder.class, NetworkListener.class},
        configurationPid = "io.sluice.egress")
public final class HostEgressBinder implements EgressBinder, NetworkListener {

    private static final Logger LOG = LoggerFactory.getLogger(HostEgressBinder.class);

    /** Configuration, PID {@code io.sluice.egress}. */
    public @interface Config {

        /** Interface for our own sockets; {@code auto} follows the host's routes. */
        String $interface() default EgressTable.AUTO;

        /** Mark of our own sockets; "Sl" in ASCII, which no well-known program uses. 0 sets none. */
        int mark() default 0x536c;
    }

    private final EgressBackend backend;
    private final String wanted;
    private final int mark;
    private final Optional<String> limitation;
    private final OwnEndpoints ownStreams = new OwnEndpoints();
    private final OwnEndpoints ownDatagrams = new OwnEndpoints();
    private final OwnSockets sockets = new OwnSockets();
    private final EgressBackend.Watch watch;
    private volatile EgressTable table;
    private volatile boolean bindingRefused;

    /** Said once, until it is over; an old table tells nothing of an address that it does not have. Set on the watch's thread. */
    private volatile boolean unread;

    @Activate
    public HostEgressBinder(@Reference EgressBackend backend, Config config) throws IOException {
        this.backend = backend;
        this.wanted = config.$interface();
        this.limitation = config.mark() == 0 ? Optional.empty() : backend.markLimitation();
        this.mark = limitation.isEmpty() ? config.mark() : 0;
        this.watch = backend.watch(this::refresh);
        try {
            load();
        } catch (IOException | RuntimeException e) {
            watch.close();
            throw e;
        }
        limitation.ifPresent(reason -> LOG.warn("our own sockets carry no mark: {}", reason));
        LOG.info("egress by {} (IPv4), {} (IPv6)", name(false), name(true));
    }

    @Deactivate
    void deactivate() {
        watch.close();
    }

    /** One at a time, so that an older view never replaces a newer one. */
    private synchronized void load() throws IOException {
        table = new EgressTable(backend.view(mark), wanted);
    }

    /** Returns whether the network could be read. */
    private boolean refresh() {
        String before = name(false) + ", " + name(true);
        try {
            load();
        } catch (IOException | RuntimeException e) {
            if (!unread) {
                LOG.warn(
                        "the host's network could not be read after a change, the last state is kept until it can: {}",
                        e.getMessage());
            }
            unread = true;
            return false;
        }
        unread = false;
        sockets.askLater(address -> unread || table.isLocal(address));
        String after = name(false) + ", " + name(true);
        if (!before.equals(after)) {
            LOG.info("egress was by {} and is by {} (IPv4, IPv6)", before, after);
        }
        return true;
    }

    private String name(boolean ipv6) {
        EgressTable now = table;
        return now == null ? "none" : now.defaultInterface(ipv6).orElse("none");
    }

    @Override
    public void bind(Channel channel, InetAddress destination) throws EgressException {
        bind(channel, destination, EgressOptions.NONE);
    }

    @Override
    public void bind(Channel channel, InetAddress destination, EgressOptions options) throws EgressException {
        int wantedMark = options.mark().orElse(mark);
        if (options.mark().isPresent() && limitation.isPresent()) {
            throw new EgressException("the outbound wants mark " + wantedMark + ", but " + limitation.get());
        }
        EgressTable now = table;
        EgressChoice choice = choose(now, destination, options);
        if (choice instanceof EgressChoice.Refused(String reason)) {
            throw new EgressException(reason);
        }
        if (wantedMark != 0) {
            backend.mark(channel, wantedMark);
        }
        Optional<String> device = Optional.empty();
        if (choice instanceof EgressChoice.Interface(String name)) {
            if (backend.bind(channel, name)) {
                device = Optional.of(name);
            } else if (options.mark().isPresent() || options.device().isPresent()) {
                throw new EgressException(
                        "the outbound wants to send by " + name + ", but that needs CAP_NET_RAW on this kernel");
            } else {
                unbound(name);
            }
        }
        if (options.source().isPresent()) {
            from(channel, options.source().get(), now);
        }
        sockets.bound(
                channel,
                new Footing(
                        device,
                        device.map(now::index).orElse(OptionalInt.empty()),
                        options.source(),
                        System.nanoTime()));
    }

    private EgressChoice choose(EgressTable now, InetAddress destination, EgressOptions options) {
        // A mark that is not ours is not excepted by the routes into the tunnel; an interface is.
        boolean excepted = mark != 0 && options.mark().isEmpty();
        if (options.device().isPresent()) {
            return now.by(options.device().get(), destination, excepted);
        }
        return destination == null ? now.towardsMany(excepted) : now.towards(destination, excepted);
    }

    private static void from(Channel channel, InetAddress source, EgressTable now) throws EgressException {
        if (!now.isLocal(source)) {
            throw new EgressException("the source address " + source.getHostAddress() + " is not one of this host's");
        }
        ChannelFuture bound = channel.bind(new InetSocketAddress(source, 0));
        if (bound.isDone() && !bound.isSuccess()) {
            throw new EgressException("a socket could not be bound to " + source.getHostAddress(), bound.cause());
        }
    }

    /** Only what stands on something that vanished ends. */
    @Override
    public void networkChanged(NetworkChange change) {
        sockets.endLost(change.after(), table::isLocalByRoute);
    }

    /** A mark alone keeps a socket out of the tunnel; without both there is no tunnel to keep it out of, for routes need the mark. */
    private void unbound(String name) {
        if (!bindingRefused) {
            bindingRefused = true;
            LOG.warn("our own sockets are not bound to {}: that needs CAP_NET_RAW on this kernel", name);
        }
    }

    @Override
    public void own(Channel channel) {
        if (channel.localAddress() instanceof InetSocketAddress endpoint && endpoint.getAddress() != null) {
            OwnEndpoints own = channel instanceof DatagramChannel ? ownDatagrams : ownStreams;
            own.add(endpoint);
            sockets.connected(channel, endpoint.getAddress());
            channel.closeFuture().addListener(closed -> own.remove(endpoint));
        }
    }

    @Override
    public boolean isOwn(InetSocketAddress source) {
        return isOwn(source, false) || isOwn(source, true);
    }

    @Override
    public boolean isOwn(InetSocketAddress source, boolean datagrams) {
        return (datagrams ? ownDatagrams : ownStreams).contains(source, table::isLocal);
    }

    @Override
    public boolean isHostAddress(InetAddress address) {
        return table.isLocal(address);
    }

    @Override
    public EgressStatus status() {
        EgressTable now = table;
        return new EgressStatus(mark, now.defaultInterface(false), now.defaultInterface(true), limits());
    }

    private Optional<String> limits() {
        if (limitation.isPresent() || !bindingRefused) {
            return limitation;
        }
        return Optional.of(
                "sockets cannot be bound to an interface, only marked: that needs CAP_NET_RAW on this kernel");
    }
}
