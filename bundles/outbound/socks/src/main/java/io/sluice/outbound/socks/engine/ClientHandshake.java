package io.sluice.outbound.socks.engine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.sluice.proxycodec.Handshake;
import io.sluice.proxycodec.socks.MalformedSocksException;
import io.sluice.proxycodec.socks.Socks5;
import io.sluice.proxycodec.socks.Socks5ClientCodec;
import io.sluice.proxycodec.socks.Socks5Credentials;
import io.sluice.proxycodec.socks.Socks5Reply;
import java.net.InetSocketAddress;

/**
 * The client's side of one SOCKS5 conversation, up to the reply.
 *
 * <p>Theory of operation. Stepwise, a request costs three round trips: TCP, greeting, request. When only one method can be chosen, nothing
 * in the proxy's answers changes what is sent next; so greeting, credentials and request can go in one segment right behind the TCP
 * handshake (or, with TCP fast open, in its SYN) and the answers are checked as they come: two round trips, or one. A proxy that reads with one
 * {@code recv} a message and forgets the rest cannot do that (microsocks cannot), so {@link Pipelining} decides.
 *
 * <pre>
 * state         event                          action                                  next
 * REACH         the stream to it stands        send greeting (or all)                  METHOD
 * METHOD        X'00' was offered and chosen   send request, if not sent               REPLY
 * METHOD        X'02' was offered and chosen   send credentials, if not sent           AUTHENTICATE
 * METHOD        any other                      fail PROXY_AUTH_FAILED                  –
 * AUTHENTICATE  STATUS 0                       send request, if not sent               REPLY
 * AUTHENTICATE  any other                      fail PROXY_AUTH_FAILED                  –
 * REPLY         REP 0                          leave the pipeline, keep early bytes    established
 * REPLY         any other                      fail by {@link ReplyReason}             –
 * any           FIN, close, nonsense           fail PROXY_FAILED                       –
 * </pre>
 *
 * No timer of its own: the deadline is the attempt's.
 */
final class ClientHandshake extends Handshake {

    private final Socks5Credentials credentials;
    private final int command;
    private final InetSocketAddress destination;
    private final boolean pipelined;
    private final Dial dial;
    private ChannelHandlerContext context;

    /**
     * @param credentials null to offer no authentication only
     * @param pipelined whether everything is sent at once; then only one method is offered
     */
    ClientHandshake(
            Socks5Credentials credentials, int command, InetSocketAddress destination, boolean pipelined, Dial dial) {
        this.credentials = credentials;
        this.command = command;
        this.destination = destination;
        this.pipelined = pipelined;
        this.dial = dial;
    }

    /** The stream to the proxy stands. AUTO_READ is off, and nothing is read beyond the reply. */
    void begin(Channel channel) {
        if (context == null) {
            channel.pipeline().addLast(this);
        }
        context.flush();
        context.read();
    }

    /** Writes and does not flush: where it is added before the connection stands, TCP fast open finds it there. */
    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        ByteBuf out = ctx.alloc().buffer(Socks5ClientCodec.length(credentials, destination));
        if (credentials == null) {
            Socks5ClientCodec.writeGreeting(out, Socks5.NO_AUTH);
        } else if (pipelined) {
            Socks5ClientCodec.writeGreeting(out, Socks5.USER_PASSWORD);
        } else {
            Socks5ClientCodec.writeGreeting(out, Socks5.NO_AUTH, Socks5.USER_PASSWORD);
        }
        if (pipelined) {
            if (credentials != null) {
                Socks5ClientCodec.writeCredentials(out, credentials);
            }
            Socks5ClientCodec.writeRequest(out, command, destination);
        }
        ctx.write(out, ctx.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (!isOver() && dial.isTalking()) {
            ctx.read();
        }
        ctx.fireChannelReadComplete();
    }

    @Override
    protected void advance(ChannelHandlerContext ctx, ByteBuf in) {
        try {
            boolean more = true;
            while (more && !isOver() && dial.isTalking()) {
                more = switch (dial.phase()) {
                    case METHOD -> method(ctx, Socks5ClientCodec.readMethod(in));
                    case AUTHENTICATE -> authenticated(ctx, Socks5ClientCodec.readAuthentication(in));
                    case REPLY -> reply(ctx, Socks5ClientCodec.readReply(in));
                    case REACH, RELAY -> false;
                };
            }
        } catch (MalformedSocksException e) {
            dial.malformed(e.getMessage());
        }
    }

    private boolean method(ChannelHandlerContext ctx, int method) {
        if (method < 0) {
            return false;
        }
        boolean offeredNoAuth = credentials == null || !pipelined;
        if (method == Socks5.NO_AUTH && offeredNoAuth) {
            request(ctx, false);
            dial.enter(Phase.REPLY);
            return true;
        }
        if (method == Socks5.USER_PASSWORD && credentials != null) {
            if (!pipelined) {
                ByteBuf out = ctx.alloc().buffer(Socks5ClientCodec.length(credentials, destination));
                Socks5ClientCodec.writeCredentials(out, credentials);
                ctx.writeAndFlush(out, ctx.voidPromise());
            }
            dial.enter(Phase.AUTHENTICATE);
            return true;
        }
        if (method == Socks5.NONE_ACCEPTABLE || method == Socks5.USER_PASSWORD) {
            dial.refusedAuthentication(
                    credentials == null
                            ? "wants credentials, and none are configured: set user and password"
                            : "takes neither the configured credentials' method nor a client without any");
        } else {
            dial.malformed("it chose method " + method + ", which was not offered");
        }
        return false;
    }

    private boolean authenticated(ChannelHandlerContext ctx, int status) {
        if (status < 0) {
            return false;
        }
        if (status != Socks5.AUTH_SUCCESS) {
            dial.refusedAuthentication("refused the configured user name and password");
            return false;
        }
        request(ctx, true);
        dial.enter(Phase.REPLY);
        return true;
    }

    private void request(ChannelHandlerContext ctx, boolean behindCredentials) {
        if (pipelined && (credentials == null || behindCredentials)) {
            return;
        }
        ByteBuf out = ctx.alloc().buffer(Socks5ClientCodec.length(null, destination));
        Socks5ClientCodec.writeRequest(out, command, destination);
        ctx.writeAndFlush(out, ctx.voidPromise());
    }

    private boolean reply(ChannelHandlerContext ctx, Socks5Reply reply) {
        if (reply == null) {
            return false;
        }
        if (reply.code() != 0) {
            dial.refused(reply.code());
            return false;
        }
        handOver(ctx);
        dial.established(reply.bound());
        return false;
    }

    @Override
    protected void inputEnded(ChannelHandlerContext ctx) {
        if (dial.isTalking()) {
            hungUp();
        }
    }

    @Override
    protected void closed(ChannelHandlerContext ctx) {
        inputEnded(ctx);
    }

    /** Proxies exist that say why in two octets and hang up: what they said counts. */
    private void hungUp() {
        int code = dial.phase() == Phase.REPLY && received() != null ? Socks5ClientCodec.peekReplyCode(received()) : -1;
        if (code > 0) {
            dial.refused(code);
        } else {
            dial.hungUp();
        }
    }

    @Override
    protected void failed(ChannelHandlerContext ctx, Throwable cause) {
        if (dial.isTalking()) {
            dial.broken(cause);
        }
    }
}
