package io.sluice.proxyserver;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.sluice.api.loop.EventLoops;
import io.sluice.api.loop.TcpOptions;
import io.sluice.api.transport.LayerSettings;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an inbound's {@code sockopt} asks for the sockets of its clients. Any thread. */
final class ClientSockets {

    static final ClientSockets DEFAULT = new ClientSockets("", TcpOptions.NONE, 0);

    private static final Logger LOG = LoggerFactory.getLogger(ClientSockets.class);

    private final String where;
    private final TcpOptions options;
    /** Connections that may wait whose data came with the SYN (RFC 7413 §5.1); 0 for no fast open. */
    private final int fastOpenQueue;

    private final AtomicBoolean refused = new AtomicBoolean();

    private ClientSockets(String where, TcpOptions options, int fastOpenQueue) {
        this.where = where;
        this.options = options;
        this.fastOpenQueue = fastOpenQueue;
    }

    static ClientSockets of(LayerSettings sockopt) {
        return new ClientSockets(sockopt.where(), sockopt.tcp(TcpOptions.NONE), sockopt.integer("tcpFastOpenQueue", 0));
    }

    /** Before it is bound. What the kernel would leave out is said, and clients are served without it. */
    void configure(EventLoops loops, ServerBootstrap listener) {
        if (fastOpenQueue > 0) {
            loops.fastOpenObstacle()
                    .ifPresentOrElse(
                            obstacle -> LOG.warn("{}: tcpFastOpen of sockopt has no effect: {}", where, obstacle),
                            () -> listener.option(ChannelOption.TCP_FASTOPEN, fastOpenQueue));
        }
    }

    /** On the socket's loop. What the kernel refuses is said once, and the client is served without it. */
    void configure(EventLoops loops, SocketChannel socket) {
        try {
            loops.configure(socket, options);
        } catch (ChannelException e) {
            if (!refused.getAndSet(true)) {
                LOG.warn(
                        "{}: the kernel refuses options of sockopt: {}; clients are served without them",
                        where,
                        e.getMessage());
            }
        }
    }
}
