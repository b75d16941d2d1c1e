package io.sluice.proxyserver.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.flow.FlowSource;
import io.sluice.proxyserver.Door;
import io.sluice.proxyserver.StreamOpening;
import io.sluice.proxyserver.pipe.PipeChannel;
import java.time.Duration;
import java.util.ArrayDeque;

/**
 * The flow that a client's plain requests to one host go through, and the HTTP client at our end of it.
 *
 * <p>Until the flow room has accepted it, the request waits here; how much of it is bounded by the conversation, which stops reading.
 */
final class PlainUpstream extends ChannelInboundHandlerAdapter {

    /** Ours: servers keep a connection for 5 s at least (Apache, Node), so one this young is not closed just when we use it again. */
    private static final Duration REUSE_LIMIT = Duration.ofSeconds(3);

    private final HttpConversation conversation;
    private final Door door;
    private final ChannelHandlerContext client;
    private final FlowSource source;
    private final StreamOpening opening;
    private final ArrayDeque<HttpObject> waiting = new ArrayDeque<>();
    private PipeChannel pipe;
    private boolean abandoned;
    private boolean awaitingResponse;
    private boolean requestSent;
    private boolean clientKeepsAlive;
    private boolean clientIsHttp10;
    private boolean serverKeepsAlive;
    private boolean headPassed;
    private boolean interim;
    private boolean toHead;
    private long idleSince;

    PlainUpstream(HttpConversation conversation, Door door, ChannelHandlerContext client, FlowSource source) {
        this.conversation = conversation;
        this.door = door;
        this.client = client;
        this.source = source;
        this.opening = new StreamOpening(client, source, this::accepted, this::refused);
    }

    void open(FlowAcceptor flows) {
        flows.stream(opening);
    }

    /** Whether the next request, from the same client, can go the same way. */
    boolean isReusable(FlowSource next) {
        return pipe != null
                && pipe.isActive()
                && !pipe.isInputShutdown()
                && serverKeepsAlive
                && !awaitingResponse
                && System.nanoTime() - idleSince < REUSE_LIMIT.toNanos()
                && next.equals(source);
    }

    boolean isWritable() {
        return pipe != null && pipe.isWritable();
    }

    private ByteStream accepted() {
        pipe = PipeChannel.pair();
        PipeChannel theirs = pipe.peer();
        theirs.config().setAutoRead(false);
        pipe.pipeline().addLast(new HttpClientCodec(responses(), false, false), this);
        client.channel().eventLoop().register(theirs);
        client.channel().eventLoop().register(pipe);
        if (abandoned) {
            pipe.close();
        } else {
            door.counters().streams.increment();
            for (HttpObject next = waiting.poll(); next != null; next = waiting.poll()) {
                pipe.write(next, pipe.voidPromise());
            }
            pipe.flush();
            conversation.progressed();
        }
        return ByteStream.of(theirs);
    }

    /** Servers that end lines with LF alone exist; their answers are written anew, so nothing of that reaches the client. */
    private static HttpDecoderConfig responses() {
        return StrictRequestDecoder.config().setStrictLineParsing(false);
    }

    private void refused(CloseReason reason) {
        boolean wanted = !abandoned;
        abandon();
        if (wanted) {
            conversation.refuse(reason);
        }
    }

    /**
     * The head of a request; its content follows by {@link #content}. Ownership passes.
     *
     * @param keepAlive whether the client wants to go on afterwards
     */
    void begin(HttpRequest request, Target target, boolean keepAlive) {
        awaitingResponse = true;
        headPassed = false;
        requestSent = false;
        clientIsHttp10 = request.protocolVersion().equals(HttpVersion.HTTP_1_0);
        clientKeepsAlive = keepAlive;
        toHead = HttpMethod.HEAD.equals(request.method());
        // RFC 9112 §3.2.2: a proxy MUST replace Host with the host of the absolute-form target; §3.2: it SHOULD come
        // first.
        HttpHeaders headers =
                DefaultHttpHeadersFactory.headersFactory().newHeaders().set("Host", target.authority());
        headers.add(request.headers().remove(HttpHeaderNames.HOST));
        send(new DefaultHttpRequest(HttpVersion.HTTP_1_1, request.method(), target.path(), headers), false);
    }

    /** Ownership passes. */
    void content(HttpContent content) {
        if (abandoned || !awaitingResponse) {
            content.release();
            return;
        }
        if (content instanceof LastHttpContent) {
            requestSent = true;
            send(withoutTrailers(content), true);
        } else {
            send(content, true);
        }
    }

    /** Trailers are dropped: RFC 9110 §6.5.1 lets a recipient, and some are fields that must not come there. */
    private static HttpContent withoutTrailers(HttpContent last) {
        return ((LastHttpContent) last).trailingHeaders().isEmpty() ? last : new DefaultLastHttpContent(last.content());
    }

    private void send(HttpObject part, boolean flush) {
        if (pipe == null) {
            waiting.add(part);
        } else {
            pipe.write(part, pipe.voidPromise());
            if (flush) {
                pipe.flush();
            }
        }
    }

    /** The client has gone, or goes elsewhere. Idempotent. */
    void abandon() {
        if (abandoned) {
            return;
        }
        abandoned = true;
        waiting.forEach(ReferenceCountUtil::release);
        waiting.clear();
        opening.cancelled();
        if (pipe != null && awaitingResponse) {
            pipe.close();
        } else if (pipe != null) {
            // All is said: the server sees an orderly end.
            pipe.config().setAutoRead(true);
            pipe.shutdownOutput();
        }
    }

    /** Reading from the server follows the client's reading. */
    void clientWritable(boolean writable) {
        if (pipe != null) {
            pipe.config().setAutoRead(writable);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (abandoned || !awaitingResponse) {
            // Nothing was asked: a server that speaks unasked has lost count.
            ReferenceCountUtil.release(message);
            serverKeepsAlive = false;
        } else if (((HttpObject) message).decoderResult().isFailure()) {
            ReferenceCountUtil.release(message);
            broken("the server's answer is no HTTP/1");
        } else if (message instanceof HttpResponse response) {
            head(response);
            if (message instanceof LastHttpContent && awaitingResponse) {
                complete();
            }
        } else {
            content(message);
        }
    }

    private void head(HttpResponse response) {
        boolean informational = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        boolean switching = response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS);
        boolean keepsAlive = HttpUtil.isKeepAlive(response);
        if (switching || !HopByHop.remove(response.headers())) {
            ReferenceCountUtil.release(response);
            broken("the server's answer cannot be passed on");
            return;
        }
        interim = informational;
        response.setProtocolVersion(HttpVersion.HTTP_1_1);
        if (!informational) {
            headPassed = true;
            serverKeepsAlive = keepsAlive;
            frame(response);
        } else if (clientIsHttp10) {
            // RFC 9110 §15.2: a server MUST NOT send a 1xx response to an HTTP/1.0 client.
            ReferenceCountUtil.release(response);
            return;
        }
        conversation.respond(response, informational);
    }

    /** How the client is told where the content ends (RFC 9112 §6.3). */
    private void frame(HttpResponse response) {
        boolean length = HttpUtil.isContentLengthSet(response);
        if (clientIsHttp10) {
            HttpUtil.setTransferEncodingChunked(response, false);
        } else if (!length && !HttpUtil.isTransferEncodingChunked(response) && !toHead && mayHaveContent(response)) {
            // The end of the connection was the end of the content: the client's connection can stay.
            HttpUtil.setTransferEncodingChunked(response, true);
        }
        if (!clientKeepsAlive || !requestSent) {
            response.headers().set("Connection", "close");
        }
    }

    private static boolean mayHaveContent(HttpResponse response) {
        int code = response.status().code();
        return code != 204 && code != 304;
    }

    private void content(Object message) {
        boolean last = message instanceof LastHttpContent;
        if (interim) {
            boolean passes = !clientIsHttp10;
            interim = !last;
            if (passes) {
                conversation.respond((HttpObject) message, last);
            } else {
                ReferenceCountUtil.release(message);
            }
            return;
        }
        conversation.respond(last ? withoutTrailers((HttpContent) message) : (HttpContent) message, last);
        if (last) {
            complete();
        }
    }

    private void complete() {
        awaitingResponse = false;
        idleSince = System.nanoTime();
        boolean reusable = serverKeepsAlive && requestSent;
        serverKeepsAlive = reusable;
        if (!reusable) {
            pipe.shutdownOutput();
        }
        conversation.responded(clientKeepsAlive && requestSent);
    }

    private void broken(String sentence) {
        boolean answerable = !headPassed;
        abandon();
        if (answerable) {
            conversation.refuse(new Refusal(HttpResponseStatus.BAD_GATEWAY, sentence));
        } else {
            conversation.abort();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        conversation.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        conversation.progressed();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            // The decoder before this one has made the end of the content of it, where that is what it means.
            ended();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ended();
    }

    private void ended() {
        serverKeepsAlive = false;
        if (!awaitingResponse) {
            pipe.shutdownOutput();
        } else if (!abandoned) {
            broken("the server closed the connection without an answer");
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        door.counters().internalErrors.increment();
        broken("an internal error");
    }
}
