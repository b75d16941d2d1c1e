package io.sluice.proxyserver.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.api.transport.Arrival;
import io.sluice.proxycodec.EarlyBytes;
import io.sluice.proxyserver.Door;
import io.sluice.proxyserver.Farewell;
import io.sluice.proxyserver.StreamOpening;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's HTTP conversation: requests one after another, until one is a CONNECT or the connection ends.
 *
 * <p>Theory of operation. Requests are served in turn: while one is not answered, what follows it waits decoded and reading stops, so at
 * most one read's worth waits. Every refusal ends the connection: after it the two sides may disagree where the next request begins.
 *
 * <pre>
 * state      event                             action                                        next
 * IDLE       head that is refused              answer, farewell                              –
 * IDLE       head with credentials, throttled  wait                                          CHECKING
 * IDLE       CONNECT                           decoder leaves, ask the flow room             DECIDING
 * IDLE       other method, absolute form       same host: same flow; else a new one          EXCHANGE
 * EXCHANGE   content                           to the flow                                   EXCHANGE
 * EXCHANGE   response complete                 keep-alive: next request; else close          IDLE
 * DECIDING   accepted                          200, hand the channel over                    –
 * DECIDING   refused                           answer by reason, farewell                    –
 * IDLE       {@link #IDLE_LIMIT} over          close                                         –
 * </pre>
 */
public final class HttpConversation extends ChannelInboundHandlerAdapter {

    /** Ours: browsers keep idle connections to a proxy for about as long; servers 5 to 75 s. */
    static final Duration IDLE_LIMIT = Duration.ofSeconds(60);

    private static final Logger LOG = LoggerFactory.getLogger(HttpConversation.class);
    private static final String ESTABLISHED = "HTTP/1.1 200 Connection established\r\n\r\n";

    private enum State {
        IDLE,
        CHECKING,
        DECIDING,
        EXCHANGE,
        OVER
    }

    private final Door door;
    private final ByteStream stream;
    private final Arrival arrival;
    private final ResponseEncoder encoder = new ResponseEncoder();
    private final ArrayDeque<HttpObject> waiting = new ArrayDeque<>();
    private ChannelHandlerContext ctx;
    private State state = State.IDLE;
    private boolean requestComplete = true;
    private boolean inputEnded;
    private ScheduledFuture<?> deadline;
    private StreamOpening opening;
    private PlainUpstream upstream;

    private HttpConversation(Door door, ByteStream stream, Arrival arrival) {
        this.door = door;
        this.stream = stream;
        this.arrival = arrival;
    }

    /** A {@link io.sluice.proxyserver.Conversation}. */
    public static void begin(Door door, ByteStream stream, Arrival arrival) {
        HttpConversation conversation = new HttpConversation(door, stream, arrival);
        stream.channel().pipeline().addLast(new StrictRequestDecoder(), conversation.encoder, conversation);
        stream.channel().config().setAutoRead(true);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
        deadline = door.deadline(ctx.channel());
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        state = State.OVER;
        deadline.cancel(false);
        waiting.forEach(ReferenceCountUtil::release);
        waiting.clear();
        if (upstream != null) {
            upstream.abandon();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (state == State.DECIDING) {
            // The decoder has left: octets are the tunnel's, and EarlyBytes behind this handler keeps them.
            if (message instanceof ByteBuf) {
                ctx.fireChannelRead(message);
            } else {
                ReferenceCountUtil.release(message);
            }
        } else if (state == State.OVER || !(message instanceof HttpObject)) {
            ReferenceCountUtil.release(message);
        } else if (waiting.isEmpty() && takes(message)) {
            take((HttpObject) message);
        } else {
            waiting.add((HttpObject) message);
        }
    }

    /** The content of the request that is being served, or the head of the next if none is. */
    private boolean takes(Object message) {
        return state == State.IDLE || state == State.EXCHANGE && !requestComplete && message instanceof HttpContent;
    }

    private void take(HttpObject message) {
        if (message instanceof HttpRequest request) {
            deadline.cancel(false);
            requestComplete = message instanceof LastHttpContent;
            begin(request);
        } else if (state == State.EXCHANGE) {
            content((HttpContent) message);
        } else {
            // The empty end of a request without content that is served already.
            ReferenceCountUtil.release(message);
        }
    }

    private void drain() {
        while (!waiting.isEmpty() && takes(waiting.peek())) {
            take(waiting.poll());
        }
        read();
    }

    private void read() {
        if (state != State.OVER && state != State.DECIDING && ctx.channel().isActive()) {
            boolean wanted = waiting.isEmpty()
                    && state != State.CHECKING
                    && (state == State.IDLE || !requestComplete && upstream.isWritable());
            ctx.channel().config().setAutoRead(wanted);
        }
    }

    private void begin(HttpRequest request) {
        Refusal refusal = RequestCheck.refusal(request);
        if (refusal != null) {
            door.counters().malformedRequests.increment();
            refuse(refusal);
            return;
        }
        if (door.settings().accounts().isOpen()) {
            serve(request, Optional.empty());
            return;
        }
        String field = request.headers().get(HttpHeaderNames.PROXY_AUTHORIZATION);
        Duration delay = field == null
                ? Duration.ZERO
                : door.throttle().delay(arrival.peer().getAddress(), System.nanoTime());
        if (delay.isZero()) {
            authenticate(request, field);
            return;
        }
        state = State.CHECKING;
        read();
        ctx.executor()
                .schedule(
                        () -> {
                            if (state == State.CHECKING) {
                                state = State.IDLE;
                                authenticate(request, field);
                                drain();
                            }
                        },
                        delay.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    private void authenticate(HttpRequest request, String field) {
        BasicCredentials credentials = field == null ? null : BasicCredentials.parse(field);
        if (credentials != null && door.settings().accounts().match(credentials.user(), credentials.password())) {
            serve(request, Optional.of(credentials.userName()));
            return;
        }
        if (field != null) {
            door.counters().authFailures.increment();
            door.throttle().failed(arrival.peer().getAddress(), System.nanoTime());
        }
        refuse(new Refusal(HttpResponseStatus.PROXY_AUTHENTICATION_REQUIRED, "this proxy wants a user and a password"));
    }

    private void serve(HttpRequest request, Optional<String> user) {
        boolean keepAlive = request.protocolVersion().equals(HttpVersion.HTTP_1_1) && HttpUtil.isKeepAlive(request);
        Target target = Target.of(request.method(), request.uri());
        if (target == null || !HopByHop.remove(request.headers())) {
            door.counters().malformedRequests.increment();
            refuse(Refusal.badRequest("a proxy is asked with CONNECT host:port, or with http://host/path"));
            return;
        }
        FlowAcceptor flows = door.flows().get();
        if (flows == null) {
            refuse(Refusal.of(CloseReason.SHUTDOWN));
            return;
        }
        FlowSource source = new FlowSource(Network.TCP, door.settings().tag(), arrival.peer(), target.endpoint(), user);
        if (HttpMethod.CONNECT.equals(request.method())) {
            tunnel(flows, source);
        } else {
            exchange(flows, source, target, request, keepAlive);
        }
    }

    // CONNECT

    private void tunnel(FlowAcceptor flows, FlowSource source) {
        state = State.DECIDING;
        ctx.channel().config().setAutoRead(false);
        ctx.pipeline().addLast(new EarlyBytes(null, inputEnded));
        // What it has not decoded comes out of it now, and through here.
        ctx.pipeline().remove(StrictRequestDecoder.class);
        ctx.pipeline().remove(encoder);
        opening = new StreamOpening(ctx, source, this::tunnelled, this::refuse);
        flows.stream(opening);
    }

    private ByteStream tunnelled() {
        if (state == State.DECIDING) {
            door.counters().streams.increment();
            door.guests().remove(ctx.channel());
            ctx.writeAndFlush(ByteBufUtil.writeAscii(ctx.alloc(), ESTABLISHED), ctx.voidPromise());
            ctx.pipeline().remove(this);
        }
        return stream;
    }

    // Plain requests

    private void exchange(
            FlowAcceptor flows, FlowSource source, Target target, HttpRequest request, boolean keepAlive) {
        state = State.EXCHANGE;
        encoder.toHead(HttpMethod.HEAD.equals(request.method()));
        if (upstream == null || !upstream.isReusable(source)) {
            if (upstream != null) {
                upstream.abandon();
            }
            upstream = new PlainUpstream(this, door, ctx, source);
            upstream.open(flows);
        }
        if (state == State.EXCHANGE) {
            upstream.begin(request, target, keepAlive);
            read();
        }
    }

    private void content(HttpContent content) {
        if (content.decoderResult().isFailure()) {
            // The content's framing broke: what went on already cannot be taken back, so both sides end.
            content.release();
            door.counters().malformedRequests.increment();
            ctx.close();
            return;
        }
        requestComplete = content instanceof LastHttpContent;
        upstream.content(content);
        read();
    }

    /** The upstream takes more, or the response has been taken. */
    void progressed() {
        read();
    }

    /** The response is complete. */
    void responded(boolean keepAlive) {
        if (state != State.EXCHANGE) {
            return;
        }
        if (!keepAlive || !requestComplete || inputEnded && waiting.isEmpty()) {
            leave(Unpooled.EMPTY_BUFFER);
            return;
        }
        state = State.IDLE;
        deadline = ctx.executor().schedule((Runnable) ctx::close, IDLE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        drain();
    }

    // Ends

    /** The flow room, or this conversation, refuses what was asked. */
    void refuse(CloseReason reason) {
        if (reason == CloseReason.POLICY_DROPPED) {
            door.counters().refusedRequests.increment();
            ctx.close();
        } else {
            refuse(Refusal.of(reason));
        }
    }

    void refuse(Refusal refusal) {
        if (state == State.OVER) {
            return;
        }
        door.counters().refusedRequests.increment();
        leave(refusal.encode(ctx.alloc()));
    }

    /** The last words, behind what is written already. Ownership passes. */
    private void leave(ByteBuf last) {
        state = State.OVER;
        if (ctx.pipeline().get(StrictRequestDecoder.class) != null) {
            ctx.pipeline().remove(StrictRequestDecoder.class);
            ctx.pipeline().remove(encoder);
        }
        Farewell.say(stream, this, last);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (upstream != null) {
            upstream.clientWritable(ctx.channel().isWritable());
        }
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputEnded = true;
            if (state == State.IDLE || state == State.EXCHANGE && !requestComplete && waiting.isEmpty()) {
                ctx.close();
                return;
            }
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        StreamOpening pending = state == State.DECIDING ? opening : null;
        state = State.OVER;
        if (pending != null) {
            pending.cancelled();
        }
        if (upstream != null) {
            upstream.abandon();
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof java.io.IOException)) {
            door.counters().internalErrors.increment();
            String tag = door.settings().tag();
            LOG.error("inbound \"{}\": an HTTP conversation failed", tag, cause);
        }
        ctx.close();
    }

    /** Writes a part of the response. Ownership passes. */
    void respond(HttpObject part, boolean flush) {
        ctx.write(part, ctx.voidPromise());
        if (flush) {
            ctx.flush();
        }
    }

    /** Everything written goes out. */
    void flush() {
        ctx.flush();
    }

    /** The response broke off: the client must see that it is not whole. */
    void abort() {
        ctx.close();
    }
}
