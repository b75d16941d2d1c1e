package io.sluice.proxyserver.socks;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.api.transport.Arrival;
import io.sluice.proxycodec.Handshake;
import io.sluice.proxycodec.socks.MalformedSocksException;
import io.sluice.proxycodec.socks.Socks5;
import io.sluice.proxycodec.socks.Socks5Address;
import io.sluice.proxycodec.socks.Socks5Credentials;
import io.sluice.proxycodec.socks.Socks5Greeting;
import io.sluice.proxycodec.socks.Socks5Request;
import io.sluice.proxycodec.socks.Socks5ServerCodec;
import io.sluice.proxycodec.socks.Socks5Status;
import io.sluice.proxyserver.Door;
import io.sluice.proxyserver.Farewell;
import io.sluice.proxyserver.StreamOpening;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's SOCKS5 conversation.
 *
 * <p>Theory of operation. Messages are taken as they become complete, in one segment or in many, so a client may send greeting, credentials,
 * request and its first data at once. Until the request is whole, the deadline of {@link Door#HANDSHAKE_LIMIT} runs; afterwards time is
 * the flow room's. While it decides, nothing is read, so the client's data waits in the kernel; what came already waits here.
 *
 * <pre>
 * state       event                         action                                        next
 * GREETING    method acceptable             tell it                                       CREDENTIALS or REQUEST
 * GREETING    none acceptable               X'FF', farewell                               –
 * CREDENTIALS credentials                   wait as {@link io.sluice.proxyserver.AuthThrottle} says   CHECKING
 * CHECKING    they match                    X'01 00'                                      REQUEST
 * CHECKING    they do not                   X'01 01', farewell (RFC 1929 §2: MUST close)  –
 * REQUEST     CONNECT                       ask the flow room                             DECIDING
 * REQUEST     UDP ASSOCIATE                 open a relay, reply                           ASSOCIATED
 * REQUEST     BIND, unknown, malformed      reply with the code, farewell                 –
 * DECIDING    accepted                      X'00', hand the channel over                  –
 * DECIDING    refused                       reply with the code, farewell                 –
 * ASSOCIATED  FIN, RST                      close the relay                               –
 * </pre>
 */
public final class SocksConversation extends Handshake {

    private static final Logger LOG = LoggerFactory.getLogger(SocksConversation.class);

    private enum State {
        GREETING,
        CREDENTIALS,
        CHECKING,
        REQUEST,
        DECIDING,
        ASSOCIATED
    }

    private final Door door;
    private final ByteStream stream;
    private final Arrival arrival;
    private State state = State.GREETING;
    private Optional<String> user = Optional.empty();
    private ScheduledFuture<?> deadline;
    private StreamOpening deciding;
    private SocksAssociation association;

    private SocksConversation(Door door, ByteStream stream, Arrival arrival) {
        this.door = door;
        this.stream = stream;
        this.arrival = arrival;
    }

    /** A {@link io.sluice.proxyserver.Conversation}. */
    public static void begin(Door door, ByteStream stream, Arrival arrival) {
        stream.channel().pipeline().addLast(new SocksConversation(door, stream, arrival));
        stream.channel().config().setAutoRead(true);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        deadline = door.deadline(ctx.channel());
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) throws Exception {
        deadline.cancel(false);
        super.handlerRemoved(ctx);
    }

    @Override
    protected void advance(ChannelHandlerContext ctx, ByteBuf in) {
        try {
            boolean more = true;
            while (more && !isOver()) {
                more = switch (state) {
                    case GREETING -> greeting(ctx, Socks5ServerCodec.readGreeting(in));
                    case CREDENTIALS -> credentials(ctx, Socks5ServerCodec.readCredentials(in));
                    case REQUEST -> request(ctx, Socks5ServerCodec.readRequest(in));
                    case ASSOCIATED -> ignored(in);
                    case CHECKING, DECIDING -> false;
                };
            }
        } catch (MalformedSocksException e) {
            malformed(ctx, e);
        }
    }

    private boolean greeting(ChannelHandlerContext ctx, Socks5Greeting greeting) {
        if (greeting == null) {
            return false;
        }
        boolean open = door.settings().accounts().isOpen();
        if (open && greeting.noAuth()) {
            ctx.writeAndFlush(Socks5ServerCodec.method(ctx.alloc(), Socks5.NO_AUTH), ctx.voidPromise());
            state = State.REQUEST;
            return true;
        }
        if (!open && greeting.userPassword()) {
            ctx.writeAndFlush(Socks5ServerCodec.method(ctx.alloc(), Socks5.USER_PASSWORD), ctx.voidPromise());
            state = State.CREDENTIALS;
            return true;
        }
        door.counters().refusedRequests.increment();
        Farewell.say(stream, this, Socks5ServerCodec.method(ctx.alloc(), Socks5.NONE_ACCEPTABLE));
        return false;
    }

    private boolean credentials(ChannelHandlerContext ctx, Socks5Credentials credentials) {
        if (credentials == null) {
            return false;
        }
        Duration delay = door.throttle().delay(arrival.peer().getAddress(), System.nanoTime());
        if (delay.isZero()) {
            return check(ctx, credentials);
        }
        state = State.CHECKING;
        ctx.channel().config().setAutoRead(false);
        ctx.executor()
                .schedule(
                        () -> {
                            if (!isOver() && check(ctx, credentials)) {
                                ctx.channel().config().setAutoRead(true);
                                resume(ctx);
                            }
                        },
                        delay.toMillis(),
                        TimeUnit.MILLISECONDS);
        return false;
    }

    private boolean check(ChannelHandlerContext ctx, Socks5Credentials credentials) {
        if (door.settings().accounts().match(credentials.user(), credentials.password())) {
            user = Optional.of(new String(credentials.user(), StandardCharsets.UTF_8));
            ctx.writeAndFlush(Socks5ServerCodec.authentication(ctx.alloc(), true), ctx.voidPromise());
            state = State.REQUEST;
            return true;
        }
        door.counters().authFailures.increment();
        door.throttle().failed(arrival.peer().getAddress(), System.nanoTime());
        Farewell.say(stream, this, Socks5ServerCodec.authentication(ctx.alloc(), false));
        return false;
    }

    private boolean request(ChannelHandlerContext ctx, Socks5Request request) {
        if (request == null) {
            return false;
        }
        deadline.cancel(false);
        switch (request.command()) {
            case CONNECT -> connect(ctx, request.destination());
            case UDP_ASSOCIATE -> associate(ctx, request.destination());
            case BIND -> refuse(ctx, Socks5Status.COMMAND_NOT_SUPPORTED);
        }
        return true;
    }

    private void connect(ChannelHandlerContext ctx, InetSocketAddress destination) {
        FlowAcceptor flows = door.flows().get();
        if (flows == null || destination.getPort() == 0) {
            refuse(ctx, Socks5Status.GENERAL_FAILURE);
            return;
        }
        state = State.DECIDING;
        ctx.channel().config().setAutoRead(false);
        deciding = new StreamOpening(ctx, source(destination), () -> accepted(ctx), reason -> rejected(ctx, reason));
        flows.stream(deciding);
    }

    private void associate(ChannelHandlerContext ctx, InetSocketAddress expected) {
        if (!door.settings().udp()) {
            refuse(ctx, Socks5Status.COMMAND_NOT_SUPPORTED);
            return;
        }
        state = State.ASSOCIATED;
        association = new SocksAssociation(door, ctx.channel().eventLoop(), arrival, user, expected.getPort());
        association.open().addListener(opened -> {
            if (isOver()) {
                association.close(CloseReason.CLIENT_ABORTED);
            } else if (opened.isSuccess()) {
                door.counters().associations.increment();
                ctx.writeAndFlush(
                        Socks5ServerCodec.reply(ctx.alloc(), Socks5Status.SUCCEEDED, association.told()),
                        ctx.voidPromise());
            } else {
                LOG.warn(
                        "inbound \"{}\" cannot open a datagram socket: {}",
                        door.settings().tag(),
                        opened.cause().getMessage());
                refuse(ctx, Socks5Status.GENERAL_FAILURE);
            }
        });
    }

    private FlowSource source(InetSocketAddress destination) {
        return new FlowSource(Network.TCP, door.settings().tag(), arrival.peer(), destination, user);
    }

    /** The flow room takes the stream. */
    private ByteStream accepted(ChannelHandlerContext ctx) {
        if (!isOver()) {
            door.counters().streams.increment();
            door.guests().remove(ctx.channel());
            ctx.writeAndFlush(
                    Socks5ServerCodec.reply(ctx.alloc(), Socks5Status.SUCCEEDED, Socks5Address.UNSPECIFIED),
                    ctx.voidPromise());
            handOver(ctx);
        }
        return stream;
    }

    /** The flow room refuses the stream. */
    private void rejected(ChannelHandlerContext ctx, CloseReason reason) {
        if (isOver()) {
            return;
        }
        if (reason == CloseReason.POLICY_DROPPED) {
            door.counters().refusedRequests.increment();
            ctx.close();
        } else {
            refuse(ctx, ReplyStatus.of(reason));
        }
    }

    private void refuse(ChannelHandlerContext ctx, Socks5Status status) {
        door.counters().refusedRequests.increment();
        Farewell.say(stream, this, Socks5ServerCodec.reply(ctx.alloc(), status, Socks5Address.UNSPECIFIED));
    }

    private void malformed(ChannelHandlerContext ctx, MalformedSocksException malformed) {
        door.counters().malformedRequests.increment();
        switch (state) {
            case CREDENTIALS -> Farewell.say(stream, this, Socks5ServerCodec.authentication(ctx.alloc(), false));
            case REQUEST -> refuse(ctx, malformed.status());
            // What does not begin with SOCKS5 would not understand an answer in it.
            case GREETING, CHECKING, DECIDING, ASSOCIATED -> ctx.close();
        }
    }

    /** RFC 1928 gives the control connection of an association nothing more to say. */
    private static boolean ignored(ByteBuf in) {
        in.skipBytes(in.readableBytes());
        return false;
    }

    /** While the flow room decides, FIN is a half-close: it is kept and handed over with the stream. */
    @Override
    protected void inputEnded(ChannelHandlerContext ctx) {
        if (state != State.DECIDING) {
            ctx.close();
        }
    }

    @Override
    protected void closed(ChannelHandlerContext ctx) {
        if (deciding != null) {
            deciding.cancelled();
        }
        if (association != null) {
            association.close(CloseReason.FINISHED);
        }
    }

    @Override
    protected void failed(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof java.io.IOException)) {
            door.counters().internalErrors.increment();
            LOG.error(
                    "inbound \"{}\": a SOCKS conversation failed",
                    door.settings().tag(),
                    cause);
        }
        ctx.close();
    }
}
