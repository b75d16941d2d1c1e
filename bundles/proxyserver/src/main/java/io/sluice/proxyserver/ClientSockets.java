package io.sluice.proxyserver;

import io.netty.channel.ChannelException;
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

    /** Connections that may wait whose data came with the SYN (RFC 7413 §5.1); 0 for no fast open. */
    int fastOpenQueue() {
        return fastOpenQueue;
    }

    /** On the socket's loop. What the kernel refuses is said once, and the client is served without it. */
    void configure(EventLoops loops, SocketChannel socket) {
        try {
            loops.configure(socket, options);
        } catch (ChannelException e) {
            if (!refused.getAndSet(true)) {
                LOG.warn(
                        "{}: the kernel refuses an option of sockopt: {}; clients are served without it",
                        where,
                        e.getMessage());
            }
        }
    }
}
