package io.sluice.proxyserver.fallback;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ReflectiveChannelFactory;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.ScheduledFuture;
import io.sluice.api.egress.EgressBinder;
import io.sluice.api.egress.EgressException;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.transport.Arrival;
import io.sluice.proxyserver.Door;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stranger's connection and the one to the fallback: what comes from one goes to the other, FIN as FIN, an abort as an abort. Both are closed when
 * both directions have ended, when nothing moved for {@link #IDLE}, or when the inbound goes. Not a flow: policy has no say in it.
 */
public final class FallbackRelay {

    /** Xray's policy level 0 ({@code connIdle}). */
    private static final Duration IDLE = Duration.ofSeconds(300);

    /** Ours: the fallback is near, most often on this machine. */
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(FallbackRelay.class);

    private final Door door;
    private final Supplier<EgressBinder> egress;
    private final Fallback fallback;
    private final Arrival arrival;
    private final ByteStream client;
    private RelayEnd clientEnd;
    private RelayEnd serverEnd;
    private ScheduledFuture<?> idle;
    private boolean over;

    /** @param client AUTO_READ off; ownership passes with {@link #begin} */
    public FallbackRelay(
            Door door, Supplier<EgressBinder> egress, Fallback fallback, ByteStream client, Arrival arrival) {
        this.door = door;
        this.egress = egress;
        this.fallback = fallback;
        this.client = client;
        this.arrival = arrival;
    }

    /** On the client's loop. */
    public void begin() {
        clientEnd = new RelayEnd(this, client);
        client.channel().pipeline().addLast(clientEnd);
        Class<? extends DuplexChannel> type = fallback.destination() instanceof Fallback.Unix
                ? door.loops().unixStreamChannel()
                : door.loops().streamChannel();
        DuplexChannel server;
        try {
            server = new ReflectiveChannelFactory<>(type).newChannel();
        } catch (RuntimeException e) {
            failed(e);
            return;
        }
        server.config().setAutoRead(false);
        server.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        server.config().setConnectTimeoutMillis((int) CONNECT_LIMIT.toMillis());
        serverEnd = new RelayEnd(this, ByteStream.of(server));
        client.channel().eventLoop().register(server).addListener((ChannelFuture registered) -> {
            if (registered.isSuccess()) {
                connect(server);
            } else {
                failed(registered.cause());
            }
        });
    }

    private void connect(DuplexChannel server) {
        if (over) {
            server.close();
            return;
        }
        SocketAddress destination;
        try {
            destination = switch (fallback.destination()) {
                case Fallback.Unix(String path) -> door.loops().unixAddress(path);
                case Fallback.Tcp(InetSocketAddress endpoint) -> bound(server, endpoint);
            };
        } catch (EgressException e) {
            failed(e);
            return;
        }
        server.pipeline().addLast(serverEnd);
        server.connect(destination).addListener((ChannelFuture connected) -> {
            if (connected.isSuccess()) {
                connected(server);
            } else {
                failed(connected.cause());
            }
        });
    }

    /** A fallback is our own socket like any other: kept out of the tunnel, or not opened. */
    private InetSocketAddress bound(Channel server, InetSocketAddress endpoint) throws EgressException {
        EgressBinder binder = egress.get();
        if (binder == null) {
            throw new EgressException("the egress room is not active, so no socket may be opened");
        }
        binder.bind(server, endpoint.getAddress());
        return endpoint;
    }

    private void connected(DuplexChannel server) {
        if (over) {
            server.close();
            return;
        }
        EgressBinder binder = egress.get();
        if (binder != null && fallback.destination() instanceof Fallback.Tcp) {
            binder.own(server);
        }
        door.guests().add(server);
        if (fallback.proxyProtocol() > 0) {
            ByteBuf header = server.alloc().buffer();
            ProxyHeader.write(fallback.proxyProtocol(), arrival.peer(), arrival.local(), header);
            server.write(header, server.voidPromise());
        }
        RelayEnd.join(clientEnd, serverEnd);
        idle = server.eventLoop()
                .scheduleWithFixedDelay(this::look, IDLE.toMillis(), IDLE.toMillis(), TimeUnit.MILLISECONDS);
        clientEnd.read();
        serverEnd.read();
    }

    /** Between one and two {@link #IDLE} after the last octet. */
    private void look() {
        if (!clientEnd.moved() & !serverEnd.moved()) {
            end(true);
        }
    }

    private void failed(Throwable cause) {
        if (!over) {
            LOG.warn(
                    "inbound \"{}\": a fallback cannot be reached: {}",
                    door.settings().tag(),
                    cause.getMessage());
            end(false);
        }
    }

    /** Both directions have ended, or one side is gone. */
    void end(boolean orderly) {
        if (over) {
            return;
        }
        over = true;
        if (idle != null) {
            idle.cancel(false);
        }
        end(client, orderly);
        if (serverEnd != null) {
            end(serverEnd.stream(), orderly);
        }
    }

    private static void end(ByteStream stream, boolean orderly) {
        if (orderly) {
            stream.channel().close();
        } else if (stream.channel().isRegistered()) {
            stream.reset();
        }
    }

    boolean isOver() {
        return over;
    }
}
